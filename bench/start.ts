/** The start: `serve` to the first good `/readyz`, on new stores and on known ones; and memory when nothing happens. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { stopChild } from './child.js'
import { median, print } from './figure.js'
import { prepareHub, type Stores } from './hubs.js'
import { freePort } from './node-red.js'

const MAIN = new URL('../src/main.js', import.meta.url).pathname
const READY_MS = 60_000
const IDLE_MS = 5_000

export async function benchStart(short: boolean): Promise<void> {
  for (const mode of ['embedded', 'postgres'] as const) await startOf(mode, short)
}

async function startOf(mode: Stores, short: boolean): Promise<void> {
  const prepared = await prepareHub(mode, 'http://127.0.0.1:9', 'both')
  try {
    const first = await serveOnce(prepared.environment, 0)
    const again: { ms: number; rssMb: number }[] = []
    for (let i = 0; i < (short ? 2 : 3); i++)
      again.push(await serveOnce(prepared.environment, i === 0 ? IDLE_MS : 0))
    print({
      figure: 'start',
      value: median(again.map(one => one.ms)),
      unit: 'ms',
      of: 'process of `serve` to the first 200 of /readyz, stores known',
      mode,
      first_start_ms: Math.round(first.ms),
    })
    print({
      figure: 'memory',
      value: again[0]?.rssMb ?? 0,
      unit: 'MiB',
      of: `resident memory of the process ${IDLE_MS / 1000} s after its start, nothing happening`,
      mode,
    })
  } finally {
    await prepared.remove()
  }
}

async function serveOnce(
  environment: Readonly<Record<string, string>>,
  idleMs: number,
): Promise<{ ms: number; rssMb: number }> {
  const port = await freePort()
  const began = performance.now()
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: { PATH: process.env['PATH'] ?? '', ...environment, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  try {
    await ready(`http://127.0.0.1:${port}/readyz`, began + READY_MS)
    const ms = performance.now() - began
    if (idleMs > 0) await new Promise(resolve => setTimeout(resolve, idleMs))
    return { ms, rssMb: residentMb(child.pid ?? 0) }
  } finally {
    await stopChild(child)
  }
}

async function ready(url: string, end: number): Promise<void> {
  while (performance.now() < end) {
    try {
      const response = await fetch(url)
      await response.arrayBuffer()
      if (response.ok) return
    } catch (error) {
      // Not listening yet.
      if (!(error instanceof TypeError)) throw error
    }
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error('the hub did not become ready')
}

/** From /proc, so Linux alone tells it. */
function residentMb(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kilobytes) / 1024)
}
