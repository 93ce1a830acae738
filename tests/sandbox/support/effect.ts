/** Drives one effect through a connection as the pipeline would, without a ledger. */

import { finishedStep } from '../../../src/connector/steps.js'
import type { Connection, EffectProgress, Outcome, Verb } from '../../../src/connector/types.js'
import { derivedUuid } from '../../../src/kernel/ids.js'
import type { JsonObject } from '../../../src/kernel/json.js'

const KEY = Buffer.alloc(32, 1)

export interface Wanted {
  readonly resource: string
  readonly verb: Verb
  readonly body: JsonObject
  readonly id?: string
  readonly record?: JsonObject
  /** What was accepted last and kept with the link, where the thing was made before. */
  readonly sent?: JsonObject
  readonly kept?: JsonObject
  readonly begunAt?: number
  /** Number of the effect: the token depends on it. */
  readonly n?: number
}

export function progressOf(wanted: Wanted): EffectProgress {
  const record = wanted.record ?? { id: 'rec_1', kind: wanted.resource, data: {} }
  return {
    resource: wanted.resource,
    verb: wanted.verb,
    id: wanted.id,
    token: derivedUuid(KEY, wanted.resource, wanted.n ?? 1),
    body: wanted.body,
    sent: wanted.sent,
    kept: wanted.kept,
    record,
    callbackUrl: undefined,
    ...(wanted.begunAt !== undefined && { begunAt: wanted.begunAt }),
    steps: {},
  }
}

export interface Ended {
  /** The first outcome that was not accepted, or the last one. */
  readonly outcome: Outcome
  readonly id: string | undefined
  readonly keep: JsonObject | undefined
  readonly done: boolean
}

export async function run(connection: Connection, wanted: Wanted): Promise<Ended> {
  let progress = progressOf(wanted)
  let last: Outcome | undefined
  for (let step = 0; step < 10; step++) {
    const next = connection.next(progress)
    if (next.next === 'done') {
      if (!last) throw new Error('an effect without a call')
      return { outcome: last, id: next.id ?? last.id, keep: next.keep ?? last.keep, done: true }
    }
    last = await connection.send(next.call, progress)
    if (last.is !== 'accepted') return { outcome: last, id: undefined, keep: undefined, done: false }
    progress = { ...progress, steps: { ...progress.steps, [next.call.step]: finishedStep(last) } }
  }
  throw new Error('an effect without an end')
}
