/**
 * The head of a mapping file: its name, what it maps from and to, and so its direction. Unknown words and a
 * missing or wrong kind are problems; what can still be compiled is.
 */
import { isObject, type Json } from '../kernel/json.js'
import type { YamlFile } from '../kernel/yaml.js'
import type { ProblemList } from './problems.js'
import type { Direction } from './rule/context.js'
import { didYouMean } from './suggest.js'
import type { CompileContext } from './types.js'

export interface Head {
  readonly name: string
  readonly from: string
  readonly to: string
  readonly direction: Exclude<Direction, 'scope'>
  /** Kind of the record that is read (out, hub). */
  readonly sourceKind: string | undefined
  /** Kind of the record that is written (in, hub). */
  readonly targetKind: string | undefined
  readonly connector: string | undefined
  readonly node: Readonly<Record<string, Json>>
}

const SHARED = ['mapping', 'from', 'to', 'fields', 'tests']
const OUT_WORDS = [...SHARED, 'each']
const IN_WORDS = [
  ...SHARED,
  'when',
  'identity',
  'occurred_at',
  'sequence',
  'unknown',
  'match',
  'auto_merge',
  'ours',
  'gone',
  'refs',
]
export const HUB = 'hub.'

export function readHead(file: YamlFile, list: ProblemList, context: CompileContext): Head | undefined {
  const { value } = file
  if (!isObject(value)) {
    if (file.problems.length === 0)
      list.add('MAPPING_FILE_INVALID', [], 'the file is no mapping: it begins with `mapping: name`')
    return undefined
  }
  const node = value as Readonly<Record<string, Json>>
  const texts = ['mapping', 'from', 'to'].map(word => {
    const text = node[word]
    if (typeof text === 'string' && text !== '') return text
    list.add('MAPPING_FILE_INVALID', [word], `\`${word}\` is missing or no text`)
    return undefined
  })
  const [name, from, to] = texts
  if (name === undefined || from === undefined || to === undefined) return undefined
  const direction = directionOf(name, to)
  if (!direction) {
    list.add(
      'MAPPING_FILE_INVALID',
      ['mapping'],
      `\`${name}\` ends in neither .in nor .out, and \`to\` is no hub.<kind>`,
    )
    return undefined
  }
  checkWords(node, direction, list)
  const sourceKind = direction === 'in' ? undefined : from
  const targetKind = direction === 'out' ? undefined : to.startsWith(HUB) ? to.slice(HUB.length) : to
  for (const [word, kind] of [
    ['from', sourceKind],
    ['to', targetKind],
  ] as const)
    if (kind !== undefined && !context.isKind(kind))
      list.add('MAPPING_FILE_INVALID', [word], `there is no kind \`${kind}\``)
  const vendor = direction === 'in' ? from : direction === 'out' ? to : undefined
  return { name, from, to, direction, sourceKind, targetKind, connector: vendor?.split('.')[0], node }
}

function directionOf(name: string, to: string): Head['direction'] | undefined {
  if (to.startsWith(HUB)) return 'hub'
  if (name.endsWith('.in')) return 'in'
  return name.endsWith('.out') ? 'out' : undefined
}

function checkWords(node: Head['node'], direction: Head['direction'], list: ProblemList): void {
  const words = direction === 'out' ? OUT_WORDS : IN_WORDS
  for (const word of Object.keys(node)) {
    if (words.includes(word)) continue
    const elsewhere = IN_WORDS.includes(word)
      ? `\`${word}\` belongs in mappings towards a record`
      : `there is no word \`${word}\`${didYouMean(word, words)}`
    list.add('MAPPING_WORD_UNKNOWN', [word], elsewhere, { key: true })
  }
}
