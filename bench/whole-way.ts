/**
 * The whole way: a signed callback in, the mapped call received by another system, per mode, beside Node-RED's
 * webhook → function → HTTP request in the same run. Node-RED keeps nothing and forgets what it holds when it ends.
 */
import { print } from './figure.js'
import { MODES, type Mode, type Server, startHub } from './hubs.js'
import { type NodeRed, startNodeRed } from './node-red.js'
import { medianOf, REFS, ratio, rounds, type Side, type World } from './sides.js'
import { emptyRedis } from './stores.js'
import type { Driven } from './world.js'

const receiptsPerSecond = (driven: Driven) => driven.received / driven.seconds
/** Events on their way at a time: under it nothing is superseded, and no side drowns. */
const WINDOW = 500

export async function benchWholeWay(world: World, short: boolean): Promise<void> {
  const nodeRed = await startNodeRed(world.ready.url)
  const hubs = new Map<Mode, Server>()
  try {
    await emptyRedis()
    for (const mode of MODES) hubs.set(mode, await startHub(mode, world.ready.url, 'both'))
    const sides = sidesOf(nodeRed, hubs)
    const load = { connections: 50, window: WINDOW, seconds: short ? 2 : 4, most: short ? 12_000 : 24_000 }
    // The first sight of every candidate makes rows and things; afterwards they are known, as in a company's day.
    const first = await rounds(world, sides, { ...load, most: REFS, seconds: 15 }, 1)
    // Warm, as a server is on any day: the first seconds run twice as slow on every side.
    const warm = await rounds(world, sides, load, 1)
    const results = await rounds(world, sides, load, short ? 2 : 3)
    const calm = await rounds(world, sides, { ...load, most: 4000, rate: 200, seconds: short ? 3 : 6 }, 1)
    for (const mode of MODES) {
      const all = [first, warm, results, calm].flatMap(drives => drives.get(mode) ?? [])
      print({
        figure: 'whole_way',
        value: ratio(results, mode, 'node-red', receiptsPerSecond),
        unit: 'of its rate',
        of: 'callback in, mapped call received; candidates known; against Node-RED',
        mode,
        per_s: Math.round(medianOf(results, mode, receiptsPerSecond)),
        node_red_per_s: Math.round(medianOf(results, 'node-red', receiptsPerSecond)),
        first_sight_per_s: Math.round(medianOf(first, mode, receiptsPerSecond)),
        receipt_p50_ms: medianOf(results, mode, driven => driven.receiptMs.p50),
        receipt_p99_ms: medianOf(results, mode, driven => driven.receiptMs.p99),
        doubled: sum(all, driven => driven.doubled),
        missing: sum(all, driven => driven.missing),
        superseded: sum(all, driven => driven.superseded),
      })
    }
    for (const { name } of sides) {
      const [driven] = calm.get(name) ?? []
      if (!driven) continue
      print({
        figure: 'latency',
        value: driven.receiptMs.p50,
        unit: 'ms',
        of: 'POST to receipt at 200 events/s, p50',
        mode: name,
        p99_ms: driven.receiptMs.p99,
        answer_p50_ms: driven.answerMs.p50,
        answer_p99_ms: driven.answerMs.p99,
        per_s: Math.round(receiptsPerSecond(driven)),
      })
    }
  } finally {
    await nodeRed.stop()
    for (const hub of hubs.values()) await hub.stop()
  }
}

function sidesOf(nodeRed: NodeRed, hubs: ReadonlyMap<Mode, Server>): Side[] {
  return [
    { name: 'node-red', ready: nodeRed.ready, path: nodeRed.path, drive: { type: 'changed' } },
    ...[...hubs].map(
      ([mode, hub]): Side => ({ name: mode, ready: hub.ready, path: hub.path, drive: { type: 'changed' } }),
    ),
  ]
}

const sum = (all: readonly Driven[], value: (driven: Driven) => number) =>
  all.reduce((total, driven) => total + value(driven), 0)
