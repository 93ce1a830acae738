/** Importing a CSV into an empty ledger, by the command as an operator calls it: rows a second, start and look-through left out. */

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { median, print } from './figure.js'
import { prepareHub, type Stores } from './hubs.js'
import { durability, makeFolder } from './stores.js'

const MAIN = new URL('../src/main.js', import.meta.url).pathname
const HEADER =
  'id,name,phones[0].number,emails[0],education[0].school,education[0].degree,channel.name,channel.kind,city,updated_at'

interface Summary {
  readonly end: string
  readonly stored: number
  readonly counts: Readonly<Record<string, number>>
  readonly rows_per_second: number
}

export async function benchImport(short: boolean): Promise<void> {
  const rows = short ? 5_000 : 20_000
  for (const mode of ['postgres', 'embedded'] as const) await importInto(mode, rows, short ? 2 : 3)
}

async function importInto(mode: Stores, rows: number, rounds: number): Promise<void> {
  const folder = await makeFolder()
  const file = join(folder.at, 'candidates.csv')
  writeFileSync(file, `${HEADER}\n${Array.from({ length: rows }, (_, i) => rowOf(i)).join('\n')}\n`)
  const first: number[] = []
  const again: number[] = []
  try {
    for (let round = 0; round < rounds; round++) {
      const prepared = await prepareHub(mode, 'http://127.0.0.1:9', 'in')
      const environment = { HRHUB_KEY: randomBytes(32).toString('base64'), ...prepared.environment }
      try {
        // A command looks for a ledger and does not make one.
        await hrhub(environment, ['migrate'])
        first.push(await imported(environment, file, 'folded', rows))
        again.push(await imported(environment, file, 'unchanged', rows))
      } finally {
        await prepared.remove()
      }
    }
  } finally {
    await folder.remove()
  }
  print({
    figure: 'import.rows',
    value: median(first),
    unit: 'rows/s',
    of: `${rows} rows of a CSV folded into new candidates by \`hrhub import\``,
    mode,
    again_per_s: median(again),
    load: Number(loadavg()[0]?.toFixed(1)),
    ...(mode === 'postgres' ? { durability: await durability() } : {}),
  })
}

const rowOf = (i: number) =>
  `C${i},候选人${i},138${String(i).padStart(8, '0')},c${i}@example.com,清华大学,bachelor,内推,mail,北京,2026-03-01T10:00:00Z`

async function imported(
  environment: Readonly<Record<string, string>>,
  file: string,
  became: string,
  rows: number,
): Promise<number> {
  const out = await hrhub(environment, [
    'import',
    file,
    '--mapping',
    'bench/candidate.in',
    '--again',
    '--json',
  ])
  const { end, counts, rows_per_second: rate } = JSON.parse(out) as Summary
  if (end !== 'done' || counts[became] !== rows) throw new Error(`the import came to ${out}`)
  return rate
}

async function hrhub(
  environment: Readonly<Record<string, string>>,
  words: readonly string[],
): Promise<string> {
  const child = spawn(process.execPath, [MAIN, ...words], {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.on('data', chunk => {
    out += chunk
  })
  const exit = await new Promise<number | null>(resolve => child.once('close', resolve))
  if (exit !== 0) throw new Error(`hrhub ${words.join(' ')} ended with ${exit}: ${out}`)
  return out
}
