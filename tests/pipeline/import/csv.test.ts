import { TextDecoder } from 'node:util'
import { describe, expect, it } from 'vitest'
import { fileOf, readAll, refusal } from './files.js'

/** Text in GB18030, by asking the decoder what each pair of bytes means: Node can read the encoding and not write it. */
const gbk = (() => {
  const decoder = new TextDecoder('gb18030')
  const bytesOf = new Map<string, readonly number[]>()
  for (let lead = 0x81; lead <= 0xfe; lead++)
    for (let trail = 0x40; trail <= 0xfe; trail++)
      if (trail !== 0x7f) bytesOf.set(decoder.decode(Buffer.from([lead, trail])), [lead, trail])
  return (text: string) =>
    Buffer.from([...text].flatMap(sign => (sign < '\x80' ? [sign.charCodeAt(0)] : (bytesOf.get(sign) ?? []))))
})()

const wide = (text: string, big = false) => {
  const bytes = Buffer.from(text, 'utf16le')
  return big ? bytes.swap16() : bytes
}

describe('a CSV file', () => {
  it('is read by RFC 4180: quotes, doubled quotes, line ends and delimiters inside of cells', async () => {
    const path = fileOf('rfc.csv', 'id,note\r\n1,"a ""b"", c\r\nnext"\r\n\r\n2,plain\r\n3,5" wide')
    const { rows, columns, readAs } = await readAll(path)
    expect(columns).toEqual(['id', 'note'])
    expect(readAs).toEqual({ encoding: 'utf-8', delimiter: ',' })
    expect(rows.map(({ row, line, body }) => ({ row, line, body }))).toEqual([
      { row: 1, line: 2, body: { id: '1', note: 'a "b", c\r\nnext' } },
      { row: 2, line: 5, body: { id: '2', note: 'plain' } },
      { row: 3, line: 6, body: { id: '3', note: '5" wide' } },
    ])
  })

  it.each([
    ['semicolons', 'id;name\n1;a,b\n', ';'],
    ['tabs', 'id\tname\n1\ta,b\n', 'tab'],
    ['commas, where cells hold semicolons', 'id,name\n1,a;b;c\n', ','],
    ['one column', 'id\n1\n', ','],
    ['the line that Excel puts ahead', 'sep=;\r\nid;name\r\n1;x\r\n', ';'],
  ])('finds out its delimiter: %s', async (_, text, delimiter) => {
    const { readAs, rows } = await readAll(fileOf('delimiter.csv', text))
    expect(readAs['delimiter']).toBe(delimiter)
    expect(rows).toHaveLength(1)
    expect(rows[0]?.broken).toBeUndefined()
  })

  it('says where in the thing a column stands, and an empty cell says nothing or null', async () => {
    const text = 'id,name.first,phones[0].number,phones[1].number,No. 1,__proto__\nC1,雷,,139,x,y\n'
    const path = fileOf('leading.csv', text)
    const [said] = (await readAll(path)).bodies
    expect(said).toEqual(
      JSON.parse('{"id":"C1","name":{"first":"雷"},"phones":[{"number":"139"}],"No. 1":"x","__proto__":"y"}'),
    )
    const [emptied] = (await readAll(path, { blank: 'null' })).bodies
    expect(emptied).toMatchObject({ phones: [{ number: null }, { number: '139' }] })
  })

  it('of a rejects file that was mended, takes the columns of the input alone', async () => {
    const text =
      'id,name,reject_line,reject_code,reject_reason,reject_place,reject_raw\nC1,a,2,X,"because, of",file:1,\n'
    const { columns, bodies } = await readAll(fileOf('mended.csv', text))
    expect(columns).toEqual(['id', 'name'])
    expect(bodies).toEqual([{ id: 'C1', name: 'a' }])
  })

  it.each([
    ['UTF-8 with a mark', Buffer.from('\uFEFFid,姓名\n1,李雷\n'), 'utf-8'],
    ['UTF-16, little end first', wide('\uFEFFid,姓名\n1,李雷\n'), 'utf-16le'],
    ['UTF-16, big end first', wide('\uFEFFid,姓名\n1,李雷\n', true), 'utf-16be'],
    ['UTF-16 without a mark', wide('id,姓名\n1,李雷\n'), 'utf-16le'],
    ['GBK under a Chinese header', gbk('id,姓名\n1,李雷\n'), 'gb18030'],
  ])('is told to be %s', async (_, bytes, encoding) => {
    const { readAs, bodies } = await readAll(fileOf('encoded.csv', bytes))
    expect(readAs['encoding']).toBe(encoding)
    expect(bodies).toEqual([{ id: '1', 姓名: '李雷' }])
  })

  it('asks for the encoding where the bytes do not tell it, and takes a word for it', async () => {
    const path = fileOf('unsure.csv', gbk(`id,name\n${'1,x\n'.repeat(40_000)}2,李雷\n`))
    expect(await refusal(path)).toBe('PIPELINE_IMPORT_ENCODING_UNSURE 40002 line 40002 is not UTF-8')
    expect((await readAll(path, { encoding: 'GBK' })).bodies.at(-1)).toEqual({ id: '2', name: '李雷' })
    expect(await refusal(path, { encoding: 'latin9' })).toMatch(/^CLI_USE_WRONG - latin9 is no encoding/)
  })

  it('names the line whose bytes fit no encoding', async () => {
    const bytes = Buffer.concat([gbk('编号,姓名\n1,李雷\n'), Buffer.from([0x32, 0x2c, 0xff, 0xff, 0x0a])])
    expect(await refusal(fileOf('broken.csv', bytes))).toBe(
      'PIPELINE_IMPORT_FILE_BROKEN 3 the bytes of line 3 are not gb18030',
    )
    const cut = Buffer.concat([Buffer.from('id,name\n1,'), Buffer.from([0xe6, 0x9d])])
    expect(await refusal(fileOf('cut.csv', cut), { encoding: 'utf-8' })).toMatch(
      /^PIPELINE_IMPORT_FILE_BROKEN 2 /,
    )
    expect(await refusal(fileOf('cut.csv', cut))).toMatch(/^PIPELINE_IMPORT_ENCODING_UNSURE 2 /)
    expect(await refusal(fileOf('nul.csv', Buffer.from('a\0\0b,c\n')))).toMatch(/NUL bytes/)
  })

  it('with a NUL in it is no UTF-16 but broken, and names the line', async () => {
    const rows = '1,李雷\n'.repeat(20)
    const nul = (at: string) =>
      `PIPELINE_IMPORT_FILE_BROKEN ${at} line ${at} holds NUL bytes, so it is no text`
    expect(await refusal(fileOf('one.csv', `id,name\n${rows}2,a\0b\n`))).toBe(nul('22'))
    expect(await refusal(fileOf('late.csv', `id,name\n${'1,x\n'.repeat(40_000)}2,a\0b\n`))).toBe(nul('40002'))
    expect(await refusal(fileOf('tiny.csv', 'id,name\n1,a\0b\n'))).toBe(nul('2'))
  })

  it('whose lines end in CR alone is read alike, be it small or larger than a line may be', async () => {
    const small = await readAll(fileOf('cr.csv', 'id,name\r1,"x"y\r2,ok\r'))
    expect(small.broken).toEqual(['2: text follows a closing quote'])
    expect(small.bodies).toEqual([{ id: '2', name: 'ok' }])
    const count = 9 * 1024
    const line = `1,"${'x'.repeat(500)}\r${'y'.repeat(520)}"\r`
    const large = await readAll(fileOf('large-cr.csv', `id,name\r${line.repeat(count)}`))
    expect(large.rowCount).toBe(count)
    expect(large.broken).toEqual([])
    const faulty = Buffer.concat([Buffer.from('id,name\r1,x\r2,'), Buffer.from([0xff, 0x0d])])
    expect(await refusal(fileOf('fault-cr.csv', faulty), { encoding: 'utf-8' })).toMatch(
      /^PIPELINE_IMPORT_FILE_BROKEN 3 /,
    )
  })

  it('loses one row alone to a quote that is wrong, and names its line', async () => {
    const text = 'id,name\n1,"x"y\n2,ok\n3,"open\n4,"good"\n5,a,b\n6\n7,ok\n'
    const { bodies, broken, rows } = await readAll(fileOf('quotes.csv', text))
    expect(broken).toEqual([
      '2: text follows a closing quote',
      '4: text follows a closing quote',
      '6: the row has 3 cells, the header 2',
      '7: the row has 1 cells, the header 2',
    ])
    expect(bodies).toEqual([
      { id: '2', name: 'ok' },
      { id: '4', name: 'good' },
      { id: '7', name: 'ok' },
    ])
    expect(rows.map(({ row }) => row)).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(rows[0]?.raw).toBe('1,"x"y')
  })

  it('reads on behind a quote that is never closed, be the rest short or larger than memory should hold', async () => {
    const short = await readAll(fileOf('open.csv', 'id,name\n1,"open\n2,ok\n'))
    expect(short.broken).toEqual(['2: a quote that opens here is never closed'])
    expect(short.bodies).toEqual([{ id: '2', name: 'ok' }])
    const long = await readAll(fileOf('long.csv', `id,name\n1,"open\n${'2,ok\n'.repeat(100_000)}`))
    expect(long.broken).toEqual(['2: a quote that opens here is never closed'])
    expect(long.rowCount).toBe(100_001)
  })

  it('refuses a row that is too long by itself, and a line without end altogether', async () => {
    const { broken, bodies } = await readAll(fileOf('row.csv', `id,name\n1,${'x'.repeat(200_000)}\n2,ok\n`))
    expect(broken).toEqual(['2: the row is longer than 131072 characters'])
    expect(bodies).toEqual([{ id: '2', name: 'ok' }])
    const endless = fileOf('endless.csv', Buffer.alloc(9 * 1024 * 1024, 'x'))
    expect(await refusal(endless)).toBe('PIPELINE_IMPORT_FILE_LARGE 1 line 1 is longer than 8 MiB')
  })

  it.each([
    ['an empty file', '', 'PIPELINE_IMPORT_FILE_BROKEN - the file is empty'],
    ['blank lines alone', '\n\n', 'PIPELINE_IMPORT_FILE_BROKEN 1 it has no header'],
    [
      'a double column',
      '\nid,name,id\n',
      'PIPELINE_IMPORT_FILE_BROKEN 2 two columns of the header are called id',
    ],
    [
      'a column without a name',
      'id,,name\n',
      'PIPELINE_IMPORT_FILE_BROKEN 1 column 2 of the header has no name',
    ],
    [
      'a column that is part of another',
      'a.b,a\n',
      'PIPELINE_IMPORT_FILE_BROKEN 1 the column a is also a part of another column',
    ],
    [
      'a header with a wrong quote',
      '"id"x,name\n',
      'PIPELINE_IMPORT_FILE_BROKEN 1 the header: text follows a closing quote',
    ],
    [
      'very many columns',
      Array.from({ length: 501 }, (_, i) => `c${i}`).join(','),
      'PIPELINE_IMPORT_FILE_LARGE 1 501 columns, where 500 are taken',
    ],
  ])('is refused before anything happens: %s', async (_, text, expected) => {
    expect(await refusal(fileOf('refused.csv', text))).toBe(expected)
  })

  it('is not what its name says where its bytes say otherwise', async () => {
    const old = Buffer.concat([Buffer.from([0xd0, 0xcf, 0x11, 0xe0]), Buffer.alloc(600)])
    expect(await refusal(fileOf('old.csv', old))).toMatch(/^PIPELINE_IMPORT_FILE_BROKEN - it is an old .xls/)
    expect(await refusal(fileOf('text.xlsx', 'id,name\n'))).toMatch(/it is called .xlsx and is none/)
    expect(await refusal(fileOf('what.dat', 'id,name\n'))).toMatch(
      /^CLI_USE_WRONG - what what.dat is cannot be told/,
    )
    expect((await readAll(fileOf('what.dat', 'id,name\n1,x\n'), { format: 'csv' })).rowCount).toBe(1)
    expect(await refusal('/nowhere/at-all.csv')).toMatch(/^CLI_FILE_UNREADABLE/)
  })

  it('is another import when it is read in another way', async () => {
    const path = fileOf('same.csv', 'id;name\n1;x\n')
    const first = await readAll(path)
    expect((await readAll(path)).hash).toBe(first.hash)
    expect((await readAll(path, { delimiter: ',' })).hash).not.toBe(first.hash)
    expect((await readAll(path, { blank: 'null' })).hash).not.toBe(first.hash)
  })
})

describe('an NDJSON file', () => {
  it('gives each line, and a broken one with its number alone', async () => {
    const text = '{"id":1,"big":12345678901234567890}\n\nnot json\n[1]\n{"id":2}\r\n{"cut":'
    const { bodies, broken, rows } = await readAll(fileOf('rows.ndjson', text))
    expect(bodies).toEqual([{ id: 1, big: '12345678901234567890' }, { id: 2 }])
    expect(broken).toEqual([
      '3: the text is not JSON',
      '4: the line is JSON, but no object',
      '6: the text is not JSON',
    ])
    expect(rows.map(({ row, line }) => [row, line])).toEqual([
      [1, 1],
      [2, 3],
      [3, 4],
      [4, 5],
      [5, 6],
    ])
  })

  it('bounds a line, and how deep it may be', async () => {
    const deep = `${'{"a":'.repeat(100)}1${'}'.repeat(100)}`
    const { broken } = await readAll(fileOf('deep.jsonl', `${deep}\n{"a":"${'x'.repeat(140_000)}"}\n`))
    expect(broken).toEqual(['1: nested over 64 levels', '2: the line is longer than 131072 characters'])
  })
})
