/**
 * Processes of the bench: started, asked one thing at a time over IPC, ended by their own handle. They end too when
 * the bench does.
 */
import { type ChildProcess, fork } from 'node:child_process'

export interface Child<Ready> {
  readonly ready: Ready
  readonly pid: number
  ask<Answer>(question: object): Promise<Answer>
  stop(): Promise<void>
}

export interface ChildOptions {
  readonly environment?: Readonly<Record<string, string>>
  /** Flags for Node: a profile, a heap. */
  readonly flags?: readonly string[]
}

const READY_MS = 60_000
const STOP_MS = 10_000

/** @param module a compiled file of this folder */
export async function startChild<Ready>(
  module: string,
  { environment = {}, flags = [] }: ChildOptions = {},
): Promise<Child<Ready>> {
  const child = fork(new URL(module, import.meta.url), {
    env: { PATH: process.env['PATH'] ?? '', ...environment },
    execArgv: [...flags],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ready = await next<{ ready: Ready }>(child, READY_MS)
  return {
    ready: ready.ready,
    pid: child.pid ?? 0,
    async ask<Answer>(question: object) {
      child.send(question)
      const said = await next<{ answer: Answer }>(child, 0)
      return said.answer
    },
    stop: () => stopChild(child),
  }
}

function next<T>(child: ChildProcess, patience: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer)
      child.off('message', heard)
      child.off('exit', left)
    }
    const heard = (message: unknown) => {
      end()
      const { error } = message as { error?: string }
      if (error === undefined) resolve(message as T)
      else reject(new Error(error))
    }
    const left = (code: number | null) => {
      end()
      reject(new Error(`a process of the bench ended with ${code}`))
    }
    const timer =
      patience > 0
        ? setTimeout(() => {
            end()
            reject(new Error(`a process of the bench said nothing for ${patience} ms`))
          }, patience)
        : undefined
    child.on('message', heard)
    child.on('exit', left)
  })
}

/** Asks it to end; one that does not is ended. */
export function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve()
  return new Promise(resolve => {
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    child.once('exit', () => {
      clearTimeout(timer)
      resolve()
    })
    child.kill('SIGTERM')
  })
}
