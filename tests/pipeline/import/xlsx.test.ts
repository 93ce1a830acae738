import { describe, expect, it } from 'vitest'
import { isoOfSerial, isTimeFormat } from '../../../src/pipeline/import/xlsx-dates.js'
import { xlsx, zip } from '../../support/zip.js'
import { fileOf, readAll, refusal } from './files.js'

const HEADER =
  '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>when</t></is></c></row>'
const STRINGS =
  '<si><t>id</t></si><si><r><t>na</t></r><r><t>me</t></r><rPh><t>拼音</t></rPh></si><si><t xml:space="preserve">李 雷 &amp; 韩</t></si>'
const book = (rows: string, more: Parameters<typeof xlsx>[2] = []) =>
  xlsx([{ name: 'Data', rows: HEADER + rows }], STRINGS, more)

describe('an XLSX file', () => {
  it('gives rows of texts: shared and inline ones, numbers as written, dates as ISO text', async () => {
    const rows = [
      '<row r="2"><c r="A2"><v>13800138000</v></c><c r="B2" t="s"><v>2</v></c><c r="C2" s="1"><v>46082</v></c></row>',
      '<row r="4"><c r="A4"><v>1.3800138E10</v></c><c r="B4" t="b"><v>1</v></c><c r="C4" s="2"><v>46082.395833333336</v></c></row>',
      '<row r="5"><c r="A5" t="str"><f>1+1</f><v>two</v></c><c r="C5" s="3"><v>0.5</v></c></row>',
    ].join('')
    const { rows: read, columns, readAs, format } = await readAll(fileOf('book.xlsx', book(rows)))
    expect({ columns, readAs, format }).toEqual({
      columns: ['id', 'name', 'when'],
      readAs: { sheet: 'Data' },
      format: 'xlsx',
    })
    expect(read.map(({ row, line, body }) => ({ row, line, body }))).toEqual([
      { row: 1, line: 2, body: { id: '13800138000', name: '李 雷 & 韩', when: '2026-03-01' } },
      { row: 2, line: 4, body: { id: '13800138000', name: 'true', when: '2026-03-01T09:30:00' } },
      { row: 3, line: 5, body: { id: 'two', when: '0.5' } },
    ])
  })

  it('refuses the row alone in which a formula failed', async () => {
    const rows = '<row r="2"><c r="A2" t="e"><v>#N/A</v></c></row><row r="3"><c r="A3"><v>1</v></c></row>'
    const { broken, bodies } = await readAll(fileOf('error.xlsx', book(rows)))
    expect(broken).toEqual(['2: the cell A2 holds the error #N/A'])
    expect(bodies).toEqual([{ id: '1' }])
  })

  it('writes a number as Excel shows it, and one with more digits as it stands', async () => {
    const numbers = ['4.0999999999999996', '0.30000000000000004', '110101199003071234', '1.10', '2.5']
    const rows = numbers.map((n, i) => `<row r="${i + 2}"><c r="A${i + 2}"><v>${n}</v></c></row>`).join('')
    const { bodies } = await readAll(fileOf('numbers.xlsx', book(rows)))
    expect(bodies).toEqual(
      ['4.1', '0.30000000000000004', '110101199003071234', '1.10', '2.5'].map(id => ({ id })),
    )
  })

  it('refuses the row alone whose text the book does not have', async () => {
    const rows =
      '<row r="2"><c r="A2"><v>1</v></c><c r="B2" t="s"><v>99</v></c></row><row r="3"><c r="A3"><v>2</v></c></row>'
    const { broken, bodies } = await readAll(fileOf('texts.xlsx', book(rows)))
    expect(broken).toEqual(['2: the cell B2 names the text 99, and the book has 3'])
    expect(bodies).toEqual([{ id: '2' }])
  })

  it('is refused where its tags are nested without end', async () => {
    const data = `<worksheet><sheetData>${'<a>'.repeat(1_000_000)}`
    const deep = fileOf('deep.xlsx', book('', [{ name: 'xl/worksheets/sheet1.xml', data }]))
    expect(await refusal(deep)).toBe(
      'PIPELINE_IMPORT_FILE_LARGE - xl/worksheets/sheet1.xml is nested over 64 levels',
    )
  })

  it('is refused where a number format is longer than Excel writes one', async () => {
    const xfs = '<xf numFmtId="170"/>'.repeat(1000)
    const data = `<styleSheet><numFmts><numFmt numFmtId="170" formatCode="${'['.repeat(60_000)}"/></numFmts><cellXfs>${xfs}</cellXfs></styleSheet>`
    const path = fileOf('format.xlsx', book('', [{ name: 'xl/styles.xml', data }]))
    expect(await refusal(path)).toBe(
      'PIPELINE_IMPORT_FILE_BROKEN - its number format 170 is longer than 255 characters',
    )
  })

  it('takes the first sheet that is shown, or the one that is named', async () => {
    const one = (text: string) => `<row r="1"><c r="A1" t="inlineStr"><is><t>${text}</t></is></c></row>`
    const path = fileOf(
      'sheets.xlsx',
      xlsx([
        { name: 'old', hidden: true, rows: one('a') },
        { name: '候选人', rows: one('b') },
        { name: 'more', rows: one('c') },
      ]),
    )
    expect((await readAll(path)).columns).toEqual(['b'])
    expect((await readAll(path, { sheet: 'old' })).columns).toEqual(['a'])
    expect(await refusal(path, { sheet: 'mor' })).toMatch(/^CLI_USE_WRONG - there is no sheet mor.*`?more/)
    expect(await refusal(fileOf('none.xlsx', xlsx([{ name: 'x', rows: '' }])))).toMatch(
      /the sheet x has no header/,
    )
  })

  it('is refused as a bomb by what it declares, before a byte of it is unpacked', async () => {
    const sheet = 'xl/worksheets/sheet1.xml'
    const zeros = Buffer.alloc(40 * 1024 * 1024, 0x20)
    const bomb = fileOf('bomb.xlsx', book('', [{ name: sheet, data: zeros }]))
    expect(await refusal(bomb)).toMatch(
      /^PIPELINE_IMPORT_FILE_LARGE - xl\/worksheets\/sheet1.xml unpacks to \d{3,} times/,
    )
    const huge = fileOf('huge.xlsx', book('', [{ name: sheet, data: 'x', declared: 3_000_000_000 }]))
    expect(await refusal(huge)).toMatch(
      /^PIPELINE_IMPORT_FILE_LARGE - .* unpacks to 2862 MiB, where 512 are taken/,
    )
    const strings = fileOf(
      'strings.xlsx',
      book('', [{ name: 'xl/sharedStrings.xml', data: 'x', declared: 200_000_000 }]),
    )
    expect(await refusal(strings)).toMatch(/^PIPELINE_IMPORT_FILE_LARGE - xl\/sharedStrings.xml/)
  })

  it('is refused where more comes out than it declares', async () => {
    const data = `<worksheet><sheetData>${' '.repeat(3_000_000)}</sheetData></worksheet>`
    const liar = fileOf('liar.xlsx', book('', [{ name: 'xl/worksheets/sheet1.xml', data, declared: 1000 }]))
    expect(await refusal(liar)).toBe(
      'PIPELINE_IMPORT_FILE_BROKEN - xl/worksheets/sheet1.xml cannot be unpacked',
    )
  })

  it('expands no entity: one that declares some is refused', async () => {
    const lol = `<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><sst><si><t>&b;</t></si></sst>`
    const path = fileOf('lol.xlsx', book('', [{ name: 'xl/sharedStrings.xml', data: lol }]))
    expect(await refusal(path)).toMatch(
      /^PIPELINE_IMPORT_FILE_BROKEN - xl\/sharedStrings.xml declares a document type/,
    )
    const unknown = fileOf(
      'unknown.xlsx',
      book('', [{ name: 'xl/sharedStrings.xml', data: '<sst><si><t>&b;</t></si></sst>' }]),
    )
    expect(await refusal(unknown)).toMatch(
      /^PIPELINE_IMPORT_FILE_BROKEN - xl\/sharedStrings.xml is no sound XML/,
    )
  })

  it('is refused where it is cut, or is another zip', async () => {
    const whole = book('')
    expect(await refusal(fileOf('cut.xlsx', whole.subarray(0, whole.length - 30)))).toMatch(
      /it is no whole XLSX file/,
    )
    const other = fileOf('other.xlsx', zip([{ name: 'readme.txt', data: 'x' }]))
    expect(await refusal(other)).toBe('PIPELINE_IMPORT_FILE_BROKEN - it has no xl/workbook.xml')
    const torn = fileOf('torn.xlsx', book('<row r="2"><c r="A2">'))
    expect(await refusal(torn)).toMatch(/sheet1.xml is no sound XML/)
  })
})

describe('times of a sheet', () => {
  it.each([
    [14, undefined, true],
    [31, undefined, true],
    [2, undefined, false],
    [170, 'yyyy-mm-dd', true],
    [171, '[h]:mm', true],
    [172, '[Red]0.00" days"', false],
    [173, 'General', false],
    [174, '#,##0\\d', false],
    [175, `yyyy${'['.repeat(300)}`, false],
  ])('are told by their format: %s %s', (id, code, expected) => {
    expect(isTimeFormat(id, code)).toBe(expected)
  })

  it.each([
    [1, false, '1900-01-01'],
    [59, false, '1900-02-28'],
    [61, false, '1900-03-01'],
    [46082, false, '2026-03-01'],
    [44620, true, '2026-03-01'],
    [0.25, false, '06:00:00'],
    [46082.999999, false, '2026-03-02'],
    [-1, false, undefined],
    [9_999_999, false, undefined],
  ])('are ISO text: %s', (serial, epoch1904, expected) => {
    expect(isoOfSerial(serial, epoch1904)).toBe(expected)
  })
})
