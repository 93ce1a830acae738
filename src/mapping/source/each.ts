/**
 * `each: PATH` with `fields` or `item`: one result per entry of a list, or of an object's members as
 * `{ key, value }`; with `key` an object. `where` keeps entries; `on_error` decides about one entry, not the list.
 */

import { isHubError } from '../../kernel/errors.js'
import { isObject, type Json } from '../../kernel/json.js'
import { generateLoop } from '../generate.js'
import { Refusal, type RuleSite } from '../refusal.js'
import { entryStart, type Start } from '../resolve.js'
import { compileCondition } from '../rule/cel.js'
import {
  NO_RULE,
  partOf,
  type Rule,
  type RuleContext,
  type RuleObject,
  type Scope,
  type Spot,
} from '../rule/context.js'
import { compileFields } from '../rule/fields.js'
import { type Frame, located, type RuleFn } from '../rule/frame.js'
import { skipPath } from '../rule/on-error.js'
import { compilePath } from '../rule/path.js'
import { entryOf, mayBe, memberOf } from '../schema.js'
import type { Source } from './source.js'

/** More entries than any report or list of a vendor has. */
export const MAX_ENTRIES = 50_000

export const each: Source = {
  words: ['fields', 'item', 'key', 'where', 'on_error'],
  compile(node, spot, scope, cx) {
    const path = node['each']
    const list = typeof path === 'string' ? compilePath(path, [...spot.at, 'each'], scope, cx) : undefined
    if (typeof path !== 'string')
      cx.list.add('MAPPING_PATH_INVALID', [...spot.at, 'each'], '`each` takes a path')
    if (!list) return NO_RULE
    if (!mayBe(list.type, 'array') && !mayBe(list.type, 'object'))
      cx.list.add('MAPPING_TYPE_UNFIT', [...spot.at, 'each'], `\`${path}\` is neither a list nor an object`)
    const inner: Scope = { entry: entriesOf(list.resolved), up: scope }
    const entry = compileEntry(node, spot, inner, cx)
    const where =
      node['where'] === undefined
        ? undefined
        : compileCondition(node['where'], [...spot.at, 'where'], inner, cx)
    const onError =
      node['on_error'] === 'skip' || node['on_error'] === 'default' ? node['on_error'] : undefined
    const site: RuleSite = { place: cx.list.place(spot.at), target: `${spot.target}[]`, personal: false }
    const one = onError ? forgiving(entry.run, onError, node['default'] ?? null, site) : entry.run
    const shared = { personal: entry.personal, source: list.run, sure: true }
    if (node['key'] === undefined) {
      return { ...shared, run: toList(list, where, onError ? { run: one } : entry), type: { type: 'array' } }
    }
    const key = cx.rule(node['key'], partOf(spot, 'key'), inner, cx)
    return { ...shared, run: toObject(list.run, where, key.run, one), type: { type: 'object' } }
  },
}

/** An object's entries are `{ key, value }`. */
function entriesOf(list: Start): Start {
  if (!list.schema || mayBe(list.schema, 'array')) return entryStart(list)
  const value = memberOf(list.schema, '')
  const schema = value === 'none' ? {} : (value.schema ?? {})
  return {
    schema: { type: 'object', properties: { key: { type: 'string' }, value: schema } },
    kind: list.kind,
  }
}

function compileEntry(node: RuleObject, spot: Spot, inner: Scope, cx: RuleContext): Rule {
  const { fields, item } = node
  if ((fields === undefined) === (item === undefined)) {
    cx.list.add(
      'MAPPING_RULE_INVALID',
      spot.at,
      '`each` takes `fields` (an object per entry) or `item` (any rule)',
    )
    return NO_RULE
  }
  const target = node['key'] === undefined ? entryOf(spot.schema) : memberOf(spot.schema, '')
  const below: Spot = {
    ...spot,
    target: `${spot.target}[]`,
    schema: target === 'none' ? undefined : target.schema,
  }
  if (item !== undefined) return cx.rule(item, { ...below, at: [...spot.at, 'item'] }, inner, cx)
  if (isObject(fields))
    return compileFields(fields as RuleObject, { ...below, at: [...spot.at, 'fields'] }, inner, cx)
  cx.list.add('MAPPING_RULE_INVALID', [...spot.at, 'fields'], '`fields` names rules: { field: rule }')
  return NO_RULE
}

interface Entries {
  readonly values: readonly unknown[]
  readonly keys: readonly string[] | undefined
}

function entriesIn(value: unknown): Entries {
  if (Array.isArray(value)) {
    if (value.length > MAX_ENTRIES)
      throw new Refusal('MAPPING_VALUE_LARGE', value, `at most ${MAX_ENTRIES} entries`)
    return { values: value, keys: undefined }
  }
  if (!isObject(value)) throw new Refusal('MAPPING_TYPE_MISMATCH', value, 'a list or an object')
  const keys = Object.keys(value)
  if (keys.length > MAX_ENTRIES)
    throw new Refusal('MAPPING_VALUE_LARGE', value, `at most ${MAX_ENTRIES} members`)
  return { values: keys.map(key => ({ key, value: value[key] })), keys }
}

type Condition = ((frame: Frame) => boolean) | undefined

/** A list is walked by generated code; an object's members, and what is neither, take the slow way. */
function toList(list: Rule, where: Condition, one: Pick<Rule, 'run' | 'inline'>): RuleFn {
  const other = (value: unknown, frame: Frame): unknown => {
    const { values, keys } = entriesIn(value)
    const inner: Frame = { entry: undefined, index: 0, parent: frame, run: frame.run }
    const out: unknown[] = []
    for (let index = 0; index < values.length; index++) {
      inner.entry = values[index]
      inner.index = keys?.[index] ?? index
      if (where && !where(inner)) continue
      const made = one.run(inner)
      if (made !== undefined) out.push(made)
    }
    return out
  }
  return generateLoop<Frame>({ list, where, one, most: MAX_ENTRIES, other })
}

function toObject(list: RuleFn, where: Condition, keyOf: RuleFn, one: RuleFn): RuleFn {
  return frame => {
    const value = list(frame)
    if (value === undefined || value === null) return value
    const { values, keys } = entriesIn(value)
    const inner: Frame = { entry: undefined, index: 0, parent: frame, run: frame.run }
    const out: Record<string, unknown> = {}
    for (let index = 0; index < values.length; index++) {
      inner.entry = values[index]
      inner.index = keys?.[index] ?? index
      if (where && !where(inner)) continue
      const key = keyText(keyOf(inner))
      if (Object.hasOwn(out, key)) throw new Refusal('MAPPING_KEY_TWICE', key, 'a key no other entry has')
      const made = one(inner)
      if (made !== undefined) out[key] = made
    }
    return out
  }
}

function keyText(value: unknown): string {
  if ((typeof value !== 'string' && typeof value !== 'number') || value === '' || value === '__proto__')
    throw new Refusal('MAPPING_VALUE_INVALID', value, 'text or a number as key')
  return String(value)
}

/** `on_error` inside `each`: the entry is left out, or replaced. */
function forgiving(one: RuleFn, how: 'skip' | 'default', other: Json, site: RuleSite): RuleFn {
  return frame => {
    try {
      return one(frame)
    } catch (error) {
      const refusal = located(error, site, frame)
      if (!(refusal instanceof Refusal) && !isHubError(refusal)) throw refusal
      const path = refusal instanceof Refusal ? refusal.path : skipPath(site, frame)
      frame.run.skipped.push({ path, code: refusal.code })
      return how === 'default' ? other : undefined
    }
  }
}
