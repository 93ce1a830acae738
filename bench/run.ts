/**
 * `npm run bench`: every figure of the hub as a line of JSON, in minutes. `--short` takes fewer and shorter rounds;
 * names (`mapping ingest whole-way start import`) choose. What the figures mean is in bench/README.md.
 */
import { spawnSync } from 'node:child_process'
import { startChild } from './child.js'
import { benchImport } from './import.js'
import { benchIngest } from './ingest.js'
import { nodeRedInstalled } from './node-red.js'
import type { World } from './sides.js'
import { benchStart } from './start.js'
import { benchWholeWay } from './whole-way.js'

const FOLDER = new URL('../../bench', import.meta.url).pathname

function install(): void {
  if (nodeRedInstalled()) return
  process.stderr.write('installing what the hub is measured against (bench/package.json)\n')
  const done = spawnSync('npm', ['--prefix', FOLDER, 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  if (done.status !== 0) throw new Error('npm could not install bench/package.json')
}

async function withWorld(run: (world: World) => Promise<void>): Promise<void> {
  const world = await startChild<{ url: string }>('./world.js')
  try {
    await run(world)
  } finally {
    await world.stop()
  }
}

const BENCHES: Readonly<Record<string, (short: boolean) => Promise<unknown>>> = {
  mapping: () => import('./mapping.js'),
  ingest: short => withWorld(world => benchIngest(world, short)),
  'whole-way': short => withWorld(world => benchWholeWay(world, short)),
  start: benchStart,
  import: benchImport,
}

const words = process.argv.slice(2)
const short = words.includes('--short')
const chosen = words.filter(word => word !== '--short')
const unknown = chosen.find(word => !Object.hasOwn(BENCHES, word))
if (unknown !== undefined) {
  process.stderr.write(`there is no bench ${unknown}; there are ${Object.keys(BENCHES).join(', ')}\n`)
  process.exit(2)
}
install()
for (const [name, bench] of Object.entries(BENCHES))
  if (chosen.length === 0 || chosen.includes(name)) await bench(short)
