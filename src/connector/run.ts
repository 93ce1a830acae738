/**
 * One verb of one resource run by hand, for `hrhub connector run CONNECTOR RESOURCE.VERB FILE [--dry]`: dry
 * shows the exact request a mapped value becomes; else every step is sent and its outcome told.
 */
import { randomUUID } from 'node:crypto'
import { systemClock } from '../kernel/clock.js'
import { HubError } from '../kernel/errors.js'
import type { Json, JsonObject } from '../kernel/json.js'
import type { OpenConnection } from './open-connection.js'
import { finishedStep } from './steps.js'
import type { EffectProgress, Outcome, PreparedCall, Verb } from './types.js'

export interface RunOptions {
  /** Only prepare; nothing is sent. A later step that needs an answer is left out. */
  readonly dry: boolean
  readonly id?: string
  readonly token?: string
  readonly kept?: JsonObject
  readonly record?: JsonObject
}

export interface RunStep {
  readonly step: string
  readonly request: ReturnType<OpenConnection['preview']>
  readonly call: PreparedCall
  /** Undefined when dry. */
  readonly outcome: Outcome | undefined
}

const VERBS: readonly string[] = ['create', 'update', 'delete', 'put'] satisfies readonly Verb[]
const isVerb = (word: string): word is Verb => VERBS.includes(word)

/**
 * @param target `session.create`
 * @throws HubError CONNECTOR_ABILITY_MISSING, CONNECTOR_BINDING_ABSENT
 */
export async function runVerb(
  connection: OpenConnection,
  target: string,
  body: JsonObject,
  options: RunOptions,
): Promise<readonly RunStep[]> {
  const [resource = '', verb = ''] = target.split('.')
  if (!isVerb(verb))
    throw new HubError('CONNECTOR_ABILITY_MISSING', { detail: `${target} is no RESOURCE.${VERBS.join('|')}` })
  const steps: Record<string, Json> = {}
  const done: RunStep[] = []
  const token = options.token ?? randomUUID()
  const begunAt = systemClock.now()
  for (;;) {
    const progress: EffectProgress = {
      resource,
      verb,
      id: options.id,
      token,
      body,
      sent: undefined,
      kept: options.kept,
      record: options.record ?? {},
      callbackUrl: undefined,
      begunAt,
      steps,
    }
    const next = connection.next(progress)
    if (next.next === 'done') return done
    const { call } = next
    const request = connection.preview(call)
    if (options.dry) return [...done, { step: call.step, request, call, outcome: undefined }]
    const outcome = await connection.send(call, progress)
    done.push({ step: call.step, request, call, outcome })
    if (outcome.is !== 'accepted') return done
    steps[call.step] = finishedStep(outcome)
  }
}
