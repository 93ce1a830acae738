/**
 * The next call of an effect, or its end. An effect's progress is plain JSON; which step comes next, and what
 * the finished ones gave, is worked out from it alone, so a crash between two steps goes on where it was.
 */
import { HubError } from '../kernel/errors.js'
import { isObject, type Json, type JsonObject } from '../kernel/json.js'
import type { Caller } from './caller.js'
import type { Scope } from './expressions.js'
import type { Connector, Slot, Step, Take } from './manifest/connector.js'
import { bindCall } from './operation/bind.js'
import { personalValues } from './operation/mask.js'
import { takenBySteps } from './steps.js'
import type { Transport } from './transport/transport.js'
import type { EffectProgress, Next, Outcome, PreparedCall } from './types.js'

export interface Effects {
  next(progress: EffectProgress): Next
  send(call: PreparedCall, progress: EffectProgress): Promise<Outcome>
  /** Scope of an effect's words, also of its lookup. */
  scope(progress: EffectProgress): Scope
}

export function createEffects(
  connector: Connector,
  settings: JsonObject,
  caller: Caller,
  transport: Transport,
): Effects {
  const baseScope = (progress: EffectProgress): Scope => ({
    settings,
    id: progress.id,
    token: progress.token,
    body: progress.body,
    sent: progress.sent,
    kept: progress.kept ?? {},
    record: progress.record,
    callback_url: progress.callbackUrl,
    ...(progress.begunAt !== undefined && { sent_at: new Date(progress.begunAt).toISOString() }),
    step: progress.steps,
  })

  function scope(progress: EffectProgress): Scope {
    return { ...baseScope(progress), id: progress.id ?? takenBySteps(progress).id }
  }

  return {
    scope,
    next(progress) {
      const slot = slotOf(connector, progress)
      const here = scope(progress)
      let answer: Json | undefined
      for (const [index, step] of slot.steps.entries()) {
        const stored = storedStep(progress, step)
        if (stored) {
          answer = stored['body'] ?? undefined
          continue
        }
        if (step.when && step.when.evaluate(here) !== true) continue
        const bound = bindCall({
          step,
          scope: here,
          mapped: progress.verb === 'delete' ? undefined : progress.body,
          token: progress.token,
          first: index === 0,
          transport: connector.transport,
        })
        const call = transport.prepare ? transport.prepare(bound, progress) : bound
        if (call) return { next: 'call', call }
      }
      const { id, keep } = takenBySteps(progress)
      return { next: 'done', id: id ?? progress.id, keep, answer }
    },
    async send(call, progress) {
      const slot = slotOf(connector, progress)
      const step = slot.steps.find(candidate => candidate.name === call.step)
      if (!step) throw ability(connector, progress.resource, `step ${call.step} of ${progress.verb}`)
      const take = takeOf(slot, step)
      const { outcome } = await caller.dispatch(call, {
        step,
        verb: progress.verb,
        scope: scope(progress),
        take: ownStepTake(take, step),
        needsId: progress.verb === 'create' && take?.id !== undefined,
        personal: personalValues(progress.body, connector.resources[progress.resource]?.shapes.out),
      })
      return outcome
    },
  }
}

/** A slot's own take is for its last step. */
function takeOf(slot: Slot, step: Step): Take | undefined {
  return step.take ?? (slot.steps.at(-1) === step ? slot.take : undefined)
}

/** While a step is being judged its own answer is not among the finished steps yet: `step.NAME` is shown to its take. */
function ownStepTake(take: Take | undefined, step: Step): Take | undefined {
  if (!take) return undefined
  const seen = <T extends { evaluate(scope: Scope): Json | undefined }>(evaluator: T | undefined) =>
    evaluator && {
      evaluate: (scope: Scope) =>
        evaluator.evaluate({
          ...scope,
          step: { ...(scope['step'] as object | undefined), [step.name]: { body: scope['body'] } },
        }),
    }
  return {
    id: seen(take.id),
    keepAll: seen(take.keepAll),
    keep:
      take.keep &&
      Object.fromEntries(
        Object.entries(take.keep).flatMap(([name, evaluator]) => {
          const wrapped = seen(evaluator)
          return wrapped ? [[name, wrapped]] : []
        }),
      ),
  }
}

function storedStep(progress: EffectProgress, step: Step): JsonObject | undefined {
  const stored = Object.hasOwn(progress.steps, step.name) ? progress.steps[step.name] : undefined
  return isObject(stored) ? (stored as JsonObject) : undefined
}

function slotOf(connector: Connector, progress: EffectProgress): Slot {
  const resource = Object.hasOwn(connector.resources, progress.resource)
    ? connector.resources[progress.resource]
    : undefined
  const slot = resource?.slots[progress.verb]
  if (!slot) throw ability(connector, progress.resource, progress.verb)
  return slot
}

export function ability(connector: Connector, resource: string, what: string): HubError {
  return new HubError('CONNECTOR_ABILITY_MISSING', { detail: `${connector.name}.${resource} has no ${what}` })
}
