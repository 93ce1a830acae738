/** The compiled `hrhub sandbox` as a process of its own that can be killed at any moment and started again. */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { compiledSource } from '../support/compiled.js'
import { atEnd, eventually } from './rig.js'

export interface SandboxProcess {
  readonly out: () => string
  /** Lines of the hub's log, on whatever stream. */
  readonly logged: () => string[]
  readonly ended: Promise<number | NodeJS.Signals | null>
  /** Resolves when it has printed this; fails when it ends before. */
  says(words: string, within?: number): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
  stop(): Promise<void>
}

export function startSandboxProcess(data: string, env: Readonly<Record<string, string>> = {}): SandboxProcess {
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
    logged: () => [...out.split('\n').filter(line => line.startsWith('{')), ...err.split('\n')],
    ended,
    async says(words, within = 60_000) {
      await eventually(
        `it says “${words}”`,
        () => {
          if (out.includes(words)) return true
          if (over) throw new Error(`it ended before it said “${words}”:\n${out.slice(-3000)}\n${err.slice(-3000)}`)
          return { missing: `it says ${out.slice(-600)} ${err.slice(-600)}` }
        },
        within,
      )
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
  }
}
