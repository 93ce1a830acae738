/**
 * `lookup:` a table in place or by name, keys compared as text as written; `reverse`, `unmapped`. A value in no
 * table is refused unless the rule says otherwise: nothing is guessed.
 */
import { isObject, type Json } from '../../kernel/json.js'
import { Refusal } from '../refusal.js'
import { type Known, listed, wordsOf } from '../schema.js'
import { frozen } from '../source/value.js'
import { didYouMean } from '../suggest.js'
import type { Modifier, ModifierInput, Stage } from './modifier.js'

type Table = Readonly<Record<string, Json>>
type Unmapped =
  | { readonly is: 'refuse' }
  | { readonly is: 'keep' }
  | { readonly is: 'value'; readonly value: Json }

export const lookup: Modifier = {
  word: 'lookup',
  words: ['reverse', 'unmapped'],
  compile(input, asked) {
    const { node, spot, cx } = input
    const table = findTable(asked, input)
    if (!table) return undefined
    const unmapped = readUnmapped(node['unmapped'], 'unmapped' in node, input)
    const reversed = node['reverse'] === true
    if (node['reverse'] !== undefined && typeof node['reverse'] !== 'boolean')
      cx.list.add('MAPPING_RULE_INVALID', [...spot.at, 'reverse'], '`reverse` is true or false')
    const entries = reversed ? reverse(table, input) : new Map(Object.entries(table))
    if (unmapped.is === 'refuse') checkCovered(input, entries)
    return {
      run: look(entries, unmapped),
      type: resultType(entries, unmapped, input.type),
      ...(unmapped.is === 'keep' ? {} : { personal: null }),
    }
  },
}

function findTable(asked: Json, { spot, cx }: ModifierInput): Table | undefined {
  const at = [...spot.at, 'lookup']
  if (isObject(asked)) return frozen(asked as Table) as Table
  if (typeof asked !== 'string') {
    cx.list.add('MAPPING_RULE_INVALID', at, '`lookup` is a map, or the name of a table')
    return undefined
  }
  const { tables } = cx.compile
  if (!Object.hasOwn(tables, asked)) {
    const hint = didYouMean(asked, Object.keys(tables))
    cx.list.add('MAPPING_TABLE_MISSING', at, `there is no table \`${asked}\`${hint}`)
    return undefined
  }
  cx.tablesUsed.add(asked)
  return tables[asked]
}

function readUnmapped(word: Json | undefined, given: boolean, { spot, cx }: ModifierInput): Unmapped {
  if (!given || word === 'refuse') return { is: 'refuse' }
  if (word === 'keep') return { is: 'keep' }
  if (word === null) return { is: 'value', value: null }
  if (isObject(word) && Object.keys(word).length === 1 && 'value' in word)
    return { is: 'value', value: frozen(word['value'] as Json) }
  cx.list.add(
    'MAPPING_WORD_UNKNOWN',
    [...spot.at, 'unmapped'],
    '`unmapped` is refuse, keep, null or { value: … }',
  )
  return { is: 'refuse' }
}

function reverse(table: Table, { spot, cx }: ModifierInput): Map<string, Json> {
  const entries = new Map<string, Json>()
  for (const [key, value] of Object.entries(table)) {
    if (value === null || typeof value === 'object') continue
    const word = String(value)
    if (entries.has(word))
      cx.list.add(
        'MAPPING_RULE_INVALID',
        [...spot.at, 'lookup'],
        `reversed, ${word} could be ${String(entries.get(word))} or ${key}`,
      )
    else entries.set(word, key)
  }
  return entries
}

/** The words a source may say that no row answers. */
function checkCovered({ type, spot, cx }: ModifierInput, entries: ReadonlyMap<string, Json>): void {
  const missing = (wordsOf(type) ?? []).map(String).filter(word => !entries.has(word))
  if (missing.length === 0) return
  const message = `the lookup has no row for ${listed(missing)}`
  cx.list.add('MAPPING_ENUM_UNCOVERED', [...spot.at, 'lookup'], message)
}

function look(entries: ReadonlyMap<string, Json>, unmapped: Unmapped): Stage['run'] {
  const expected = `one of ${listed([...entries.keys()])}`
  return value => {
    if (typeof value === 'object')
      throw new Refusal('MAPPING_TYPE_MISMATCH', value, 'a single value to look up')
    const found = entries.get(typeof value === 'string' ? value : String(value))
    if (found !== undefined) return found
    if (unmapped.is === 'keep') return value
    if (unmapped.is === 'value') return unmapped.value
    throw new Refusal('MAPPING_VALUE_UNKNOWN', value, expected)
  }
}

function resultType(entries: ReadonlyMap<string, Json>, unmapped: Unmapped, type: Known): Known {
  const values = [...entries.values(), ...(unmapped.is === 'value' ? [unmapped.value] : [])]
  if (values.some(value => typeof value === 'object' && value !== null)) return undefined
  const words: Known = { enum: [...new Set(values)] }
  if (unmapped.is !== 'keep') return words
  return type ? { anyOf: [words, type] } : undefined
}
