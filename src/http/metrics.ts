/**
 * Figures in Prometheus' words: what the door answered, what waits in the ledger, what the vendors said. Labels are
 * routes, states and names of the folder: never an id, an address or anything a person is known by.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { measure } from '../ledger/measure.js'
import type { AppOptions, ServedHub } from './served.js'

export interface Metrics {
  readonly contentType: string
  answered(method: string, route: string, status: number, seconds: number): void
  text(): Promise<string>
}

/** Seconds; the vendors' patience (1.5, 3 and 5 s) and our aim far below 0.1 are all edges. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 3, 5, 10]

export function createMetrics(
  { parts, pipeline, channel }: ServedHub,
  { processMetrics = true }: AppOptions,
): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (processMetrics) collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name: `hrhub_${name}`, help, labelNames: [...labelNames], registers })
  const requests = new Counter({
    name: 'hrhub_http_requests_total',
    help: 'Requests answered.',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  const durations = new Histogram({
    name: 'hrhub_http_request_seconds',
    help: 'Time from the head of a request to the end of its answer.',
    labelNames: ['route'],
    buckets: BUCKETS,
    registers,
  })
  const attempts = new Counter({
    name: 'hrhub_attempts_total',
    help: 'Calls of this process to vendors, by how they ended.',
    labelNames: ['connection', 'outcome'],
    registers,
  })
  const messages = gauge('messages', 'Messages that are not at rest, by state.', ['state'])
  const deliveries = gauge('deliveries', 'Deliveries that are not at rest.', ['state', 'connection'])
  const due = gauge('deliveries_due', 'Deliveries that are due now.')
  const lag = gauge('oldest_due_seconds', 'How long the oldest due delivery has been due.')
  const effects = gauge('effects_open', 'Effects that have begun and have no end yet.')
  const unpublished = gauge('changes_unpublished', 'Changes without a position in the feed.')
  const receiving = gauge('receiver_load', 'Messages of this process that wait for their commit.')
  const ringing = gauge('bell_load', 'Deliveries that this process works on or is about to.')
  const lost = gauge(
    'rings_lost',
    'Rings that the channel could not carry since the start; the sweep found them.',
  )
  const paused = gauge('connections_paused', 'Paused connections that this process knows of.')
  const known = gauge('ledger_up', 'Whether the ledger answered this scrape.')

  async function ask(): Promise<void> {
    receiving.set(pipeline.receiver.load)
    ringing.set(pipeline.bell.load)
    lost.set(channel.lost)
    paused.set(parts.paused.size)
    attempts.reset()
    for (const { labels, times } of parts.attempts?.entries() ?? []) {
      const [connection = '', outcome = ''] = labels
      attempts.inc({ connection, outcome }, times)
    }
    const stored = [messages, deliveries, due, lag, effects, unpublished]
    for (const one of stored) one.reset()
    try {
      const figures = await measure(parts.ledger, parts.clock.now())
      for (const { state, times } of figures.messages) messages.set({ state }, times)
      for (const { state, connection, times } of figures.deliveries)
        deliveries.set({ state, connection }, times)
      due.set(figures.dueNow)
      lag.set(figures.oldestDueMs / 1000)
      effects.set(figures.openEffects)
      unpublished.set(figures.unpublished)
      known.set(1)
    } catch (error) {
      // The scrape must tell that the ledger is away, so it cannot fail with it.
      known.set(0)
      parts.log.warn({ error: error instanceof Error ? error.message : String(error) }, 'metrics.no-ledger')
    }
  }

  return {
    contentType: registry.contentType,
    answered(method, route, status, seconds) {
      requests.inc({ method, route, status })
      durations.observe({ route }, seconds)
    },
    async text() {
      await ask()
      return registry.metrics()
    },
  }
}
