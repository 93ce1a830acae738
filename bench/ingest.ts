/**
 * Ingest: signed callbacks made durable on Postgres, against a bare Fastify route that only parses and validates
 * the same body. `stored`: no flow takes them. `folded`: the same commit folds them into candidates.
 */
import { startChild } from './child.js'
import { print } from './figure.js'
import { startHub } from './hubs.js'
import { drive, medianOf, ratio, rounds, type Side, type World } from './sides.js'
import { durability } from './stores.js'
import type { Driven } from './world.js'

const answersPerSecond = (driven: Driven) => driven.answered / driven.seconds

export async function benchIngest(world: World, short: boolean): Promise<void> {
  const bare = await startChild<{ url: string }>('./serve-bare.js')
  const hub = await startHub('postgres', world.ready.url, 'in')
  try {
    const load = { connections: 50, seconds: short ? 2 : 4, most: short ? 16_000 : 32_000 }
    const sides: Side[] = [
      { name: 'bare', ready: bare.ready, path: '/hooks/source', drive: { type: 'changed', again: true } },
      { name: 'stored', ready: hub.ready, path: hub.path, drive: { type: 'noted' } },
      { name: 'folded', ready: hub.ready, path: hub.path, drive: { type: 'changed' } },
    ]
    for (const side of sides) await drive(world, side, { ...load, most: 4000, seconds: 10 })
    const results = await rounds(world, sides, load, short ? 2 : 4)
    const durable = await durability()
    for (const name of ['stored', 'folded']) {
      print({
        figure: `ingest.${name}`,
        value: ratio(results, name, 'bare', answersPerSecond),
        unit: 'of its rate',
        of: 'signed callbacks answered after the commit, against a bare Fastify route that parses and validates',
        mode: 'postgres',
        per_s: Math.round(medianOf(results, name, answersPerSecond)),
        bare_per_s: Math.round(medianOf(results, 'bare', answersPerSecond)),
        answer_p50_ms: medianOf(results, name, driven => driven.answerMs.p50),
        answer_p99_ms: medianOf(results, name, driven => driven.answerMs.p99),
        connections: load.connections,
        durability: durable,
      })
    }
  } finally {
    await bare.stop()
    await hub.stop()
  }
}
