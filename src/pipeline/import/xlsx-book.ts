/** The workbook around the sheets: their names and parts, shared texts, which styles show a number as a time. */
import { HubError } from '../../kernel/errors.js'
import { isTimeFormat, MOST_FORMAT } from './xlsx-dates.js'
import { CAPS, type Parts, readPart } from './xlsx-parts.js'

export interface Book {
  readonly sheets: readonly { readonly name: string; readonly part: string; readonly hidden: boolean }[]
  readonly epoch1904: boolean
  readonly strings: readonly string[]
  /** Whether numbers of a style (`s` of a cell) are times. */
  readonly isTime: (style: number) => boolean
}

const WORKBOOK = 'xl/workbook.xml'
const RELATIONS = 'xl/_rels/workbook.xml.rels'
/** Texts are kept while the file is read: as many characters, and as many of them. */
const MOST_TEXT = 64 * 1024 * 1024
const MOST_TEXTS = 4_000_000

/** @throws HubError `PIPELINE_IMPORT_FILE_BROKEN`, `PIPELINE_IMPORT_FILE_LARGE` */
export async function readBook(parts: Parts, file: string): Promise<Book> {
  const named: { name: string; relation: string; hidden: boolean }[] = []
  let epoch1904 = false
  await readPart(parts, WORKBOOK, CAPS.other, {
    open(tag, attributes) {
      if (tag === 'workbookPr') epoch1904 = ['1', 'true'].includes(attributes['date1904'] ?? '')
      if (tag !== 'sheet') return
      const relation = Object.entries(attributes).find(([name]) => name.endsWith(':id'))?.[1] ?? ''
      const hidden = (attributes['state'] ?? 'visible') !== 'visible'
      named.push({ name: attributes['name'] ?? '', relation, hidden })
    },
  })
  const targets = new Map<string, { type: string; part: string }>()
  await readPart(parts, RELATIONS, CAPS.other, {
    open(tag, { Id = '', Type = '', Target = '' }) {
      if (tag === 'Relationship')
        targets.set(Id, { type: Type.slice(Type.lastIndexOf('/') + 1), part: partOf(Target) })
    },
  })
  const partOfType = (type: string) => [...targets.values()].find(target => target.type === type)?.part
  const sheets = named.flatMap(({ name, relation, hidden }) => {
    const target = targets.get(relation)
    return target?.type === 'worksheet' ? [{ name, part: target.part, hidden }] : []
  })
  if (sheets.length === 0)
    throw new HubError('PIPELINE_IMPORT_FILE_BROKEN', { detail: 'it has no sheet', where: { file } })
  const strings = partOfType('sharedStrings')
  const styles = partOfType('styles')
  return {
    sheets,
    epoch1904,
    strings: strings !== undefined && parts.has(strings) ? await readStrings(parts, strings, file) : [],
    isTime: styles !== undefined && parts.has(styles) ? await readStyles(parts, styles, file) : () => false,
  }
}

const partOf = (target: string) => (target.startsWith('/') ? target.slice(1) : `xl/${target}`)

async function readStrings(parts: Parts, part: string, file: string): Promise<string[]> {
  const strings: string[] = []
  let text = ''
  let reading = false
  let phonetic = 0
  let all = 0
  await readPart(parts, part, CAPS.strings, {
    open(tag) {
      if (tag === 'si') text = ''
      if (tag === 'rPh') phonetic += 1
      reading = tag === 't' && phonetic === 0
    },
    text(piece) {
      if (reading) text += piece
    },
    close(tag) {
      reading = false
      if (tag === 'rPh') phonetic -= 1
      if (tag !== 'si') return
      all += text.length
      if (all > MOST_TEXT || strings.length >= MOST_TEXTS)
        throw new HubError('PIPELINE_IMPORT_FILE_LARGE', {
          detail: 'its texts are too many',
          where: { file },
        })
      strings.push(text)
    },
  })
  return strings
}

async function readStyles(parts: Parts, part: string, file: string): Promise<(style: number) => boolean> {
  const codes = new Map<number, string>()
  const times: boolean[] = []
  const known = new Map<number, boolean>()
  let within = ''
  await readPart(parts, part, CAPS.other, {
    open(tag, attributes) {
      if (tag === 'cellXfs') within = tag
      if (tag === 'numFmt') {
        const { numFmtId, formatCode = '' } = attributes
        if (formatCode.length > MOST_FORMAT)
          throw new HubError('PIPELINE_IMPORT_FILE_BROKEN', {
            detail: `its number format ${numFmtId} is longer than ${MOST_FORMAT} characters`,
            where: { file },
          })
        codes.set(Number(numFmtId), formatCode)
      }
      if (tag !== 'xf' || within !== 'cellXfs') return
      const id = Number(attributes['numFmtId'] ?? 0)
      const time = known.get(id) ?? isTimeFormat(id, codes.get(id))
      known.set(id, time)
      times.push(time)
    },
    close(tag) {
      if (tag === within) within = ''
    },
  })
  return style => times[style] === true
}
