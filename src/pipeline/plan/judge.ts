/**
 * What a flow wants for a record now: which rows there should be, under which keys, wanting what, when. The same
 * judgement runs when a change is planned and again when a row comes due.
 */
import { HubError, isHubError } from '../../kernel/errors.js'
import { canonicalJson, isObject, type Json } from '../../kernel/json.js'
import type { Expression, RecordView } from '../../mapping/types.js'
import type { OutFlow } from '../config/types.js'
import { type Wants, wantsOf } from '../effect/wants.js'

export interface Judged {
  readonly key: string
  /** Key of the `each` entry, and the entry. */
  readonly item: { readonly key: string; readonly value: Json } | undefined
  readonly wants: Wants
  /** When it is due; undefined = now. */
  readonly at: number | undefined
  /** Past `at` + `until`. */
  readonly lapsed: boolean
}

/** @throws HubError `PIPELINE_JUDGEMENT_FAILED`: the delivery parks; nothing is sent and nothing removed */
export function judge(flow: OutFlow, record: RecordView, now: number): Judged[] {
  const entries = entriesOf(flow, record)
  return entries.flatMap(item => {
    const scope = item ? { record, item: item.value } : { record }
    const wants = judgeWants(flow, scope)
    const key = keyOf(flow, record, item?.key, scope)
    if (key === undefined) return []
    const at = flow.at ? instantOf(evaluate(flow, flow.at, scope)) : undefined
    if (flow.at && at === undefined)
      return [{ key, item, wants: 'held' as const, at: undefined, lapsed: false }]
    const lapsed = at !== undefined && flow.until !== undefined && now > at + flow.until
    return [{ key, item, wants, at, lapsed }]
  })
}

function judgeWants(flow: OutFlow, scope: Readonly<Record<string, unknown>>): Wants {
  const when = flow.when ? evaluate(flow, flow.when, scope) === true : undefined
  const remove =
    flow.removeWhen === undefined || flow.removeWhen === 'otherwise'
      ? flow.removeWhen
      : evaluate(flow, flow.removeWhen, scope) === true
  return wantsOf(when, remove)
}

/** Undefined where a part of a once-key is absent: not yet. */
function keyOf(
  flow: OutFlow,
  record: RecordView,
  item: string | undefined,
  scope: Readonly<Record<string, unknown>>,
): string | undefined {
  if (flow.once) {
    const parts = flow.once.map(expression => evaluate(flow, expression, scope))
    return parts.some(part => part === undefined || part === null)
      ? undefined
      : canonicalJson(parts as Json[])
  }
  return item === undefined ? record.id : `${record.id}\n${item}`
}

function entriesOf(flow: OutFlow, record: RecordView): (Judged['item'] | undefined)[] {
  if (!flow.each) return [undefined]
  const { list: path, key } = flow.each
  let list: Json | undefined = record.data
  for (const step of path.split('.')) list = isObject(list) ? (list as Record<string, Json>)[step] : undefined
  if (!Array.isArray(list)) return []
  return list.flatMap(value => {
    const found = evaluate(flow, key, { record, item: value })
    return found === undefined || found === null
      ? []
      : [{ key: typeof found === 'string' ? found : canonicalJson(found), value: value as Json }]
  })
}

function instantOf(value: Json | undefined): number | undefined {
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return undefined
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : at
}

function evaluate(
  flow: OutFlow,
  expression: Expression,
  scope: Readonly<Record<string, unknown>>,
): Json | undefined {
  try {
    return expression.evaluate(scope)
  } catch (cause) {
    if (!isHubError(cause)) throw cause
    throw new HubError('PIPELINE_JUDGEMENT_FAILED', {
      detail: `flow ${flow.id}: ${cause.message} in \`${expression.text}\``,
      cause,
    })
  }
}
