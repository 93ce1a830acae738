/**
 * `.in` mappings (and those `to: hub.<kind>`): what a vendor says, or another record holds, becomes a partial
 * record with its identity, time and references.
 */

import { isObject, type Json, type JsonObject } from '../kernel/json.js'
import { edge } from './edge.js'
import { distinctReads, type Parts } from './parts.js'
import { isPath } from './path.js'
import { isView } from './read.js'
import { compileCondition, compileRuleCel } from './rule/cel.js'
import type { RuleContext, RuleObject, Scope, Spot } from './rule/context.js'
import { compileEntries, type FieldEntry } from './rule/fields.js'
import { type Frame, located, type RuleFn, type Run, startFrame } from './rule/frame.js'
import { idText, isReference } from './rule/reference.js'
import { shownText } from './scalar.js'
import { type Known, memberNames, memberOf } from './schema.js'
import { didYouMean } from './suggest.js'
import { instantOfText } from './time/instant.js'
import type { InEnv, InMapping, InResult, RecordView, Reference } from './types.js'

const TIME: Known = { type: 'string', format: 'date-time' }
const UNKNOWN = ['create', 'wait', 'ignore'] as const

export function compileIncoming(parts: Parts): (version: string) => InMapping {
  const { head, file, list, cx, target } = parts
  const { node } = head
  const scope: Scope = { entry: cx.root, up: undefined }
  const rule = (word: string, schema: Known): RuleFn | undefined => {
    const written = node[word]
    if (written === undefined) return undefined
    const spot: Spot = { at: [word], target: word, schema, isTarget: schema !== undefined }
    return cx.rule(written, spot, scope, { ...cx, targetKind: undefined, targetMarksPersonal: false }).run
  }
  const when = node['when'] === undefined ? undefined : compileCondition(node['when'], ['when'], scope, cx)
  const identity = compileIdentity(parts, scope)
  const occurredAt = rule('occurred_at', TIME)
  const sequence = rule('sequence', { type: 'number' })
  const ours = idRule(rule('ours', undefined), 'ours', cx)
  const gone = compileGone(parts, scope)
  const { rule: fields, writes } = compileEntries(
    fieldEntries(parts),
    { at: ['fields'], target: '', schema: target, isTarget: true },
    scope,
    cx,
  )
  const match = readMatch(parts, writes)
  const autoMerge = readAutoMerge(parts, match)
  const unknown = UNKNOWN.find(word => word === node['unknown'])
  if (node['unknown'] !== undefined && !unknown)
    list.add('MAPPING_WORD_UNKNOWN', ['unknown'], `\`unknown\` is one of ${UNKNOWN.join(', ')}`)
  const isHub = head.direction === 'hub'
  const run = (frame: Frame): InResult => {
    if (when && !when(frame)) return { verdict: 'ignored' }
    const said = fields.run(frame) as JsonObject
    const at = occurredAt?.(frame)
    const id = ours?.(frame)
    const number = sequence?.(frame)
    const isGone = gone?.(frame)
    const who = identity(frame, said)
    return {
      verdict: 'said',
      identity: who.identity,
      identityRef: who.identityRef,
      occurredAt: typeof at === 'string' ? instantOfText(at) : undefined,
      sequence: typeof number === 'number' ? number : undefined,
      gone: typeof isGone === 'boolean' ? isGone : undefined,
      ours: id,
      match: matched(match, said),
      ...(autoMerge.length > 0 ? { autoMerge } : {}),
      fields: said,
      skipped: frame.run.skipped,
    }
  }
  return version => ({
    direction: 'in',
    name: head.name,
    file: file.file,
    version,
    from: head.from,
    to: head.to,
    unknown,
    match,
    reads: isHub ? distinctReads(cx.reads) : [],
    writes,
    read: (source: Json | RecordView, env: InEnv) => edge(() => run(startFrame(incomingRun(source, env)))),
  })
}

function incomingRun(source: Json | RecordView, env: InEnv): Run {
  const view = isView(source) ? source : undefined
  return {
    source: view ? view.data : source,
    view,
    settings: env.settings,
    item: undefined,
    external: () => undefined,
    scope: undefined,
    waits: [],
    skipped: [],
  }
}

/** The rules of `refs` are fields like any other; one that the kind has no field for serves `identity` alone. */
function fieldEntries({ head, list, target }: Parts): FieldEntry[] {
  const entries: FieldEntry[] = []
  const { fields, refs } = head.node
  if (refs !== undefined && !isObject(refs))
    list.add('MAPPING_FILE_INVALID', ['refs'], '`refs` names rules: { field: rule }')
  for (const [key, node] of Object.entries(isObject(refs) ? (refs as RuleObject) : {})) {
    if (identityRef(head.node['identity']) === key && memberOf(target, key) === 'none') continue
    entries.push({ key, node, at: ['refs', key] })
    const member = memberOf(target, key)
    if (member !== 'none' && member.schema && !member.schema['x-ref'] && !member.schema.items?.['x-ref'])
      list.add('MAPPING_TYPE_UNFIT', ['refs', key], `\`${key}\` is no reference; write it under \`fields\``, {
        key: true,
      })
  }
  if (fields !== undefined && !isObject(fields))
    list.add('MAPPING_FILE_INVALID', ['fields'], '`fields` names rules: { field: rule }')
  for (const [key, node] of Object.entries(isObject(fields) ? (fields as RuleObject) : {}))
    entries.push({ key, node, at: ['fields', key] })
  if (fields === undefined && head.node['gone'] === undefined)
    list.add('MAPPING_FILE_INVALID', ['mapping'], 'the mapping has no `fields`')
  return entries
}

/** Ids are text; what is no id is refused at the place of its rule. */
function idRule(
  run: RuleFn | undefined,
  word: string,
  cx: RuleContext,
): ((frame: Frame) => string | undefined) | undefined {
  if (!run) return undefined
  const site = { place: cx.list.place([word]), target: word, personal: false }
  return frame => {
    const id = run(frame)
    if (id === undefined || id === null) return undefined
    try {
      return idText(id)
    } catch (error) {
      throw located(error, site, frame)
    }
  }
}

const identityRef = (identity: Json | undefined): string | undefined => {
  if (!isObject(identity) || !Object.hasOwn(identity, 'ref')) return undefined
  return shownText(identity['ref'])
}

type Identity = (
  frame: Frame,
  said: JsonObject,
) => { identity: string | undefined; identityRef: Reference | string | undefined }

function compileIdentity({ head, list, cx, target }: Parts, scope: Scope): Identity {
  const written = head.node['identity']
  if (written === undefined) return () => ({ identity: undefined, identityRef: undefined })
  const headContext = { ...cx, targetKind: undefined, targetMarksPersonal: false }
  const name = identityRef(written)
  if (name === undefined) {
    const { run } = cx.rule(
      written,
      { at: ['identity'], target: 'identity', schema: undefined, isTarget: false },
      scope,
      headContext,
    )
    const id = idRule(run, 'identity', cx)
    return frame => ({ identity: id?.(frame), identityRef: undefined })
  }
  for (const word of Object.keys(written as object))
    if (word !== 'ref')
      list.add('MAPPING_WORD_UNKNOWN', ['identity', word], `beside \`ref\` there is no \`${word}\``, {
        key: true,
      })
  const { refs, fields } = head.node
  const hasRef = isObject(refs) && Object.hasOwn(refs, name)
  const hasField = isObject(fields) && Object.hasOwn(fields, name)
  if ((hasRef || hasField) && memberOf(target, name) !== 'none') return (_frame, said) => referred(said[name])
  const rule: Json | undefined = hasRef
    ? (refs as RuleObject)[name]
    : head.direction === 'hub'
      ? name
      : undefined
  if (rule === undefined) {
    list.add(
      'MAPPING_PATH_UNKNOWN',
      ['identity', 'ref'],
      `\`refs\` has no \`${name}\`${didYouMean(name, isObject(refs) ? Object.keys(refs) : [])}`,
    )
    return () => ({ identity: undefined, identityRef: undefined })
  }
  if (hasRef && !cx.compile.isKind(name))
    list.add(
      'MAPPING_PATH_UNKNOWN',
      ['refs', name],
      `\`${name}\` is neither a field of the target nor a kind`,
      { key: true },
    )
  const at = hasRef ? ['refs', name] : ['identity', 'ref']
  const { run } = cx.rule(
    rule,
    { at, target: 'identity', schema: { type: 'string', 'x-ref': name }, isTarget: true },
    scope,
    headContext,
  )
  return frame => referred(run(frame))
}

function referred(value: unknown): ReturnType<Identity> {
  const identityRef = isReference(value) || typeof value === 'string' ? value : undefined
  return { identity: undefined, identityRef }
}

/** `gone` is a path, a rule, a constant, or CEL; what parses as a path is a path. */
function compileGone({ head, cx }: Parts, scope: Scope): RuleFn | undefined {
  const written = head.node['gone']
  if (written === undefined) return undefined
  if (typeof written === 'boolean') return () => written
  if (typeof written === 'string' && !isPath(written)) {
    return compileRuleCel(written, ['gone'], scope, cx)?.run
  }
  return cx.rule(
    written,
    { at: ['gone'], target: 'gone', schema: { type: 'boolean' }, isTarget: true },
    scope,
    { ...cx, targetKind: undefined },
  ).run
}

function readMatch({ head, list, target }: Parts, writes: readonly string[]): readonly string[] {
  const match = head.node['match']
  if (match === undefined) return []
  const names = Array.isArray(match) ? match.filter(name => typeof name === 'string') : []
  if (!Array.isArray(match) || names.length !== match.length)
    list.add('MAPPING_FILE_INVALID', ['match'], '`match` is a list of field names')
  for (const [index, name] of names.entries())
    if (!writes.includes(name))
      list.add(
        'MAPPING_PATH_UNKNOWN',
        ['match', index],
        `no rule fills \`${name}\`${didYouMean(name, [...writes, ...memberNames(target)])}`,
      )
  return names
}

/** Merging at once is for keys that find a record in the first place. */
function readAutoMerge({ head, list }: Parts, match: readonly string[]): readonly string[] {
  const written = head.node['auto_merge']
  if (written === undefined) return []
  const names = Array.isArray(written) ? written.filter(name => typeof name === 'string') : []
  if (!Array.isArray(written) || names.length !== written.length)
    list.add('MAPPING_FILE_INVALID', ['auto_merge'], '`auto_merge` is a list of names of `match`')
  for (const [index, name] of names.entries())
    if (!match.includes(name))
      list.add(
        'MAPPING_PATH_UNKNOWN',
        ['auto_merge', index],
        `\`match\` does not name \`${name}\`${didYouMean(name, match)}`,
      )
  return names
}

function matched(names: readonly string[], said: JsonObject): Readonly<Record<string, Json>> {
  const out: Record<string, Json> = {}
  for (const name of names) {
    const value = said[name]
    if (value !== undefined && value !== null) out[name] = value
  }
  return out
}
