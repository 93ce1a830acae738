/** The compiled `hrhub sandbox` as a process of its own that can be killed at any moment and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { compiledSource } from '../support/compiled.js'
import { atEnd, eventually } from './rig.js'

export interface SandboxProcess {
  readonly out: () => string
  /** Lines of the hub's log so far, of all starts, and of what it complained of. */
  readonly logged: () => string[]
  readonly ended: Promise<number | NodeJS.Signals | null>
  /** Polls while it runs. @throws Error with what it printed, past the deadline or when it ends before */
  until(what: string, reached: () => boolean, within?: number): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export function startSandboxProcess(
  data: string,
  env: Readonly<Record<string, string>> = {},
): SandboxProcess {
  const main = join(compiledSource(), 'src', 'main.js')
  const child: ChildProcess = spawn(process.execPath, [main, 'sandbox'], {
    cwd: data,
    env: { PATH: process.env['PATH'] ?? '', HRHUB_DATA: data, LOG_LEVEL: 'trace', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
  let over = false
  const ended = new Promise<number | NodeJS.Signals | null>(resolve =>
    child.once('close', (code, signal) => {
      over = true
      resolve(code ?? signal)
    }),
  )
  const end = async (signal: NodeJS.Signals) => {
    if (!over) child.kill(signal)
    await ended
  }
  atEnd(() => end('SIGKILL'))
  return {
    out: () => out,
    logged: () => [...readLog(data), ...err.split('\n')],
    ended,
    async until(what, reached, within = 120_000) {
      const printed = () => `${out.slice(-3000)}\n${err.slice(-3000)}`
      await eventually(
        what,
        () => {
          if (reached()) return true
          if (over) throw new Error(`${what}: it ended before\n${printed()}`)
          return { missing: printed() }
        },
        within,
      )
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}

const readLog = (data: string) => {
  const file = join(data, 'hub.log')
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
}
