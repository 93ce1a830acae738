/**
 * One transaction: messages stored or updated, their sayings folded, deliveries wanted, waits written. What it
 * returns is for after the commit: rings, and messages that something made here has released.
 */

import { markDirty } from '../../ledger/dirty.js'
import { dropBlobs } from '../../ledger/dropped-blobs.js'
import type { Tx } from '../../ledger/engine/types.js'
import { insertMessages, updateMessages } from '../../ledger/messages.js'
import { rewriteMessages } from '../../ledger/rewrite-messages.js'
import type { MessageRow } from '../../ledger/schema.js'
import { dueNow, endWaits, insertWaits, renewMessages, type Wait } from '../../ledger/waits.js'
import type { Due } from '../../ledger/want-deliveries.js'
import type { TenantConfig } from '../config/types.js'
import type { Parts } from '../parts.js'
import { plan } from '../plan/plan.js'
import { startFold } from './fold.js'
import { filesOf, keepRest } from './keep-rest.js'
import { type ReadMessage, stateOfMessage } from './read-message.js'
import { retract } from './retract.js'
import type { FoldInput, FoldResult } from './types.js'

export interface Folded {
  readonly due: readonly Due[]
  /** Messages that waited for something made here; fold them next. */
  readonly released: readonly string[]
  /** Waits written here: look once more after the commit, somebody may have made the thing meanwhile. */
  readonly waited: readonly string[]
  readonly messages: readonly MessageRow[]
  readonly hints: boolean
  readonly result: FoldResult
}

export async function foldBatch(
  tx: Tx,
  parts: Parts,
  config: TenantConfig,
  reads: readonly ReadMessage[],
  stored: boolean,
): Promise<Folded> {
  const { clock } = parts
  let messages: MessageRow[] = []
  let waits: Wait[] = []
  const hints = reads.flatMap(read => read.hints)
  const inputs = reads.flatMap(read => read.inputs)
  const folded = await foldInputs(tx, parts, config, inputs, [], result => {
    messages = judged(reads, result)
    waits = result.waits.flatMap(({ what, message }): Wait[] =>
      message === undefined ? [] : [{ what, who_kind: 'message', who: message }],
    )
    const had = new Map(reads.map(({ message }) => [message.id, message]))
    const taken = messages.filter(message => message.body !== had.get(message.id)?.body)
    const files = taken.flatMap(({ id }) => filesOf(had.get(id)))
    return stored
      ? [updateMessages(tx, messages), rewriteMessages(tx, taken), dropBlobs(tx, files, clock.now())]
      : [insertMessages(tx, messages)]
  })
  const again = stored ? reads.flatMap(({ message }) => (message.state === 'new' ? [] : [message.id])) : []
  if (again.length > 0) {
    const changed = await retract(tx, parts, config, again, new Set(folded.result.sayings))
    folded.due.push(...(await plan(tx, config, clock, { changed, contests: [] })))
  }
  await Promise.all([
    insertWaits(tx, config.tenant, waits, clock.now()),
    markDirty(tx, config.tenant, hints, clock.now()),
  ])
  return { ...folded, waited: waits.map(({ what }) => what), messages, hints: hints.length > 0 }
}

/** The messages with what became of their items. */
function judged(reads: readonly ReadMessage[], result: FoldResult): MessageRow[] {
  const verdicts = new Map<string | undefined, FoldResult['verdicts'][number]['verdict'][]>()
  for (const { input, verdict } of result.verdicts) {
    const known = verdicts.get(input.message)
    if (known) known.push(verdict)
    else verdicts.set(input.message, [verdict])
  }
  return reads.map(({ message, verdicts: early }): MessageRow => {
    const all = [...early, ...(verdicts.get(message.id) ?? [])].sort((a, b) => a.item - b.item)
    return { ...keepRest(message, all), verdicts: all, state: stateOfMessage(all) }
  })
}

/**
 * Folds, plans and ends waits; without messages of its own (answers, told, hub flows).
 * @param also further writes of the transaction that depend on what was folded
 */
export async function foldInputs(
  tx: Tx,
  parts: Parts,
  config: TenantConfig,
  inputs: readonly FoldInput[],
  made: readonly string[] = [],
  also: (result: FoldResult) => readonly Promise<unknown>[] = () => [],
): Promise<{ due: Due[]; released: string[]; result: FoldResult }> {
  const { clock } = parts
  const { result, written } = await startFold(tx, config, clock, inputs, parts.sealer)
  const more = also(result)
  const [due] = await Promise.all([plan(tx, config, clock, result), written, ...more])
  const ended = await endWaits(tx, config.tenant, [...result.made, ...made])
  const of = (kind: Wait['who_kind']) => [
    ...new Set(ended.flatMap(wait => (wait.who_kind === kind ? [wait.who] : []))),
  ]
  const released = of('message')
  due.push(...(await dueNow(tx, config.tenant, of('delivery').sort(), clock.now())))
  await renewMessages(tx, config.tenant, released)
  return { due, released, result }
}
