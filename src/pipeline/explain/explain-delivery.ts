/** The life of a delivery: who planned it, each effect and each try, what it waits for and what comes next. */
import type { JsonObject } from '../../kernel/json.js'
import { connectionStates } from '../../ledger/connection-states.js'
import { attemptsOf, type EffectStep, effectsOf, waitsOf } from '../../ledger/find-life.js'
import type { AttemptRow, DeliveryRow } from '../../ledger/schema.js'
import { type ExplainMeans, inOrder, iso, type Life, type LifeStep, MOST_STEPS } from './life.js'
import { nextStep, waitInWords } from './next-step.js'

export async function explainDelivery(means: ExplainMeans, row: DeliveryRow): Promise<Life> {
  const steps = await deliverySteps(means, [row])
  const next = await nextOf(means, [row])
  return {
    is: 'delivery',
    id: row.id,
    title: `${row.flow}: ${row.record} → ${row.connection}.${row.resource}, ${stateOf(row)}`,
    steps: inOrder(steps),
    next: next.map(one => one.text),
  }
}

/** Planning, effects and attempts of some deliveries. */
export async function deliverySteps(
  means: ExplainMeans,
  rows: readonly DeliveryRow[],
): Promise<readonly LifeStep[]> {
  const [first] = rows
  if (!first) return []
  const ids = rows.map(row => row.id)
  const [effects, attempts] = await Promise.all([
    effectsOf(means.ledger, first.tenant, ids, MOST_STEPS),
    attemptsOf(means.ledger, first.tenant, ids, MOST_STEPS),
  ])
  return [
    ...rows.map(row => plannedStep(means, row)),
    ...effects.flatMap(effectStepsOf),
    ...attempts.map(attemptStep),
  ]
}

/** What comes next for each, under its id. */
export async function nextOf(
  { ledger, clock }: ExplainMeans,
  rows: readonly DeliveryRow[],
): Promise<readonly { readonly id: string; readonly text: string }[]> {
  const [first] = rows
  if (!first) return []
  const waits = await waitsOf(
    ledger,
    first.tenant,
    'delivery',
    rows.map(row => row.id),
  )
  const states = await connectionStates(ledger)
  const now = clock.now()
  return rows.map(row => {
    const state = states.find(one => one.tenant === row.tenant && one.connection === row.connection)
    const paused = state?.state === 'paused' ? (state.because ?? 'by an operator') : undefined
    const own = waits.filter(wait => wait.who === row.id).map(wait => waitInWords(wait.what))
    return { id: row.id, text: nextStep({ row, now, paused, waits: own }) }
  })
}

export function stateOf(row: DeliveryRow): string {
  return row.because === null ? row.state : `${row.state} (${row.because})`
}

const WANTS: Readonly<Record<string, string>> = {
  there: 'wants it there',
  gone: 'wants it gone',
  held: 'wants it left as it is',
}

function plannedStep({ config }: ExplainMeans, row: DeliveryRow): LifeStep {
  const flow = config?.outbound.get(row.flow)
  const mapping = flow ? `, mapping ${flow.mapping.name} (${flow.mapping.file})` : ''
  const facts: JsonObject = {
    flow: row.flow,
    key: row.key,
    record: row.record,
    to: `${row.connection}.${row.resource}`,
    wants: row.wants,
    wanted: row.wanted,
    done: row.done,
    state: row.state,
    because: row.because,
    external_id: row.external_id,
    due_at: row.due_at === null ? null : iso(row.due_at),
    last_error: row.last_error,
  }
  return {
    is: 'delivery',
    at: row.created_at,
    id: row.id,
    text: `flow ${row.flow}${mapping} ${WANTS[row.wants] ?? row.wants} in ${row.connection}.${row.resource}: ${stateOf(row)}${
      row.external_id === null ? '' : `, there as ${row.external_id}`
    }`,
    facts,
  }
}

function effectStepsOf(effect: EffectStep): LifeStep[] {
  const facts: JsonObject = {
    n: effect.n,
    verb: effect.verb,
    wanted: effect.wanted,
    token: effect.token,
    state: effect.state,
    config: effect.config,
    doubt: effect.doubt,
  }
  const begun: LifeStep = {
    is: 'effect',
    at: effect.begun_at,
    id: effect.delivery,
    text: `effect ${effect.n} begun: ${effect.verb}, for change ${effect.wanted}, token ${effect.token}${doubtOf(effect)}`,
    facts,
  }
  if (effect.ended_at === null) return [begun]
  return [
    begun,
    {
      is: 'effect',
      at: effect.ended_at,
      id: effect.delivery,
      text: `effect ${effect.n} ended: ${effect.state}`,
      facts,
    },
  ]
}

function doubtOf({ state, doubt }: EffectStep): string {
  if (state !== 'open') return ''
  if (doubt['know'] === 'maybe') return '; nobody knows whether its last call arrived'
  if (doubt['know'] === 'exists') return '; the vendor says there is one already, it is being looked for'
  return ''
}

function attemptStep(attempt: AttemptRow): LifeStep {
  const { n, step, outcome, code, status, detail, took_ms } = attempt
  const said = [status === null ? undefined : `status ${status}`, code ?? undefined, detail || undefined]
    .filter(part => part !== undefined)
    .join(', ')
  return {
    is: 'attempt',
    at: attempt.at,
    id: attempt.delivery,
    text: `try ${attempt.try} of effect ${n}, ${step}: ${outcome}${said === '' ? '' : `, ${said}`} (${took_ms} ms)`,
    facts: { n, try: attempt.try, step, outcome, code, status, detail, took_ms },
  }
}
