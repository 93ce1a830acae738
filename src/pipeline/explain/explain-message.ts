/** The life of a message: how it came and was proven, what each flow made of it, what changed and who is told. */
import type { JsonObject } from '../../kernel/json.js'
import { changesOf, deliveriesAround, waitsOf } from '../../ledger/find-life.js'
import { sayingsOfMessages } from '../../ledger/find-sayings.js'
import type { MessageRow, Verdict } from '../../ledger/schema.js'
import { deliverySteps, nextOf } from './explain-delivery.js'
import { type ExplainMeans, inOrder, type Life, type LifeStep, MOST_STEPS, plural } from './life.js'
import { SOURCES } from './message-steps.js'
import { waitInWords } from './next-step.js'
import { changeStep, sayingStep } from './steps.js'

export async function explainMessage(means: ExplainMeans, message: MessageRow): Promise<Life> {
  const { ledger } = means
  const { tenant, id } = message
  const sayings = await sayingsOfMessages(ledger, tenant, [id])
  const records = [
    ...new Set([...sayings.map(one => one.record), ...message.verdicts.flatMap(one => one.record ?? [])]),
  ]
  const changes = (await changesOf(ledger, tenant, records, MOST_STEPS)).filter(one => one.cause['id'] === id)
  const since = changes[0]?.seq
  const deliveries =
    since === undefined
      ? []
      : await deliveriesAround(ledger, tenant, [...new Set(changes.map(one => one.record))], since, 100)
  const told = await deliverySteps(means, deliveries)
  const steps = [
    receivedStep(means, message),
    ...message.verdicts.map(verdict => verdictStep(means, message, verdict)),
    ...sayings.map(saying => sayingStep(message.received_at, saying)),
    ...changes.map(changeStep),
    ...told.map(step => ({ ...step, at: Math.max(step.at, message.received_at) })),
  ]
  const next = await nextOf(means, deliveries)
  return {
    is: 'message',
    id,
    title: `${message.source} message of ${message.connection}${message.resource === null ? '' : `.${message.resource}`}, ${message.state}`,
    steps: inOrder(steps),
    next: [...(await messageNext(means, message)), ...next.map(one => `${one.id} ${one.text}`)],
  }
}

function receivedStep({ config }: ExplainMeans, message: MessageRow): LifeStep {
  const { connection, source, head } = message
  const found = config?.connections.get(connection)
  const scheme = found?.connection.verify
  const proven =
    source !== 'hook' ? '' : scheme === undefined ? ', signature checked' : `, verified by ${scheme}`
  const through = found ? ` (${found.connector})` : ''
  const facts: JsonObject = {
    connection,
    source,
    resource: message.resource,
    verified_by: source === 'hook' ? (scheme ?? null) : null,
    bytes: Buffer.byteLength(message.body),
    method: head['method'] ?? null,
    tail: head['tail'] ?? null,
    state: message.state,
    tries: message.tries,
  }
  return {
    is: 'received',
    at: message.received_at,
    id: message.id,
    text: `${SOURCES[source] ?? `came by ${source}`} from ${connection}${through}${proven}, ${plural(Buffer.byteLength(message.body), 'byte')}`,
    facts,
  }
}

function verdictStep({ config }: ExplainMeans, message: MessageRow, verdict: Verdict): LifeStep {
  const flow = [...(config?.inbound.values() ?? [])].flat().find(one => one.id === verdict.flow)
  const by = verdict.flow === '' ? '' : ` by flow ${verdict.flow}`
  const mapping = flow ? `, mapping ${flow.mapping.name} (${flow.mapping.file})` : ''
  const place = placeOf(verdict.where)
  const why = [verdict.code, verdict.detail].filter(part => part !== undefined).join(' ')
  const facts: JsonObject = {
    item: verdict.item,
    flow: verdict.flow,
    verdict: verdict.verdict,
    record: verdict.record ?? null,
    mapping: flow?.mapping.name ?? null,
    code: verdict.code ?? null,
    detail: verdict.detail ?? null,
    where: verdict.where ? { ...verdict.where } : null,
  }
  return {
    is: 'verdict',
    at: message.received_at,
    id: message.id,
    text: `item ${verdict.item} ${verdict.verdict}${verdict.record ? ` into ${verdict.record}` : ''}${by}${mapping}${why === '' ? '' : `: ${why}`}${place}`,
    facts,
  }
}

function placeOf(where: Verdict['where']): string {
  if (!where) return ''
  const file = where.file === undefined ? '' : `${where.file}:${where.line ?? 1}:${where.column ?? 1}`
  const path = where.path === undefined ? '' : `path ${where.path}`
  const place = [file, path].filter(part => part !== '').join(', ')
  return place === '' ? '' : ` (${place})`
}

const NEXT: Readonly<Record<string, (message: MessageRow) => string>> = {
  new: () => 'is folded at once, or by the next sweep (every 5 s)',
  folded: () => 'nothing: it is folded',
  invalid: ({ id }) => `mend the mapping at the place named, then \`hrhub replay ${id}\``,
  ignored: () => 'nothing: its mapping says nothing about it',
  unrouted: ({ id }) => `no flow takes it; add one, then \`hrhub replay ${id}\``,
  defect: ({ id }) => `the hub failed on it: report it; after an update, \`hrhub replay ${id}\``,
  erased: () => 'nothing: its person was erased',
}

async function messageNext({ ledger }: ExplainMeans, message: MessageRow): Promise<string[]> {
  if (message.state !== 'waiting') return [NEXT[message.state]?.(message) ?? `is ${message.state}`]
  const waits = await waitsOf(ledger, message.tenant, 'message', [message.id])
  return waits.length === 0
    ? ['is folded again by the next sweep']
    : waits.map(wait => `waits until ${waitInWords(wait.what)} (since ${new Date(wait.since).toISOString()})`)
}
