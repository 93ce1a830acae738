import { EventEmitter } from 'node:events'
import { describe, expect, it } from 'vitest'
import { type Running, type Signals, untilStopped } from '../../src/cli/until-stopped.js'

/** A process that a test sends signals to. */
function signalled() {
  const events = new EventEmitter()
  const exits: number[] = []
  const signals: Signals = {
    on: (name, listener) => events.on(name, listener),
    off: (name, listener) => events.off(name, listener),
    exit: code => void exits.push(code),
  }
  return { signals, exits, send: (name: string) => events.emit(name), heard: () => events.eventNames() }
}

function runs(): { running: Running; done: string[]; logged: string[] } {
  const done: string[] = []
  const logged: string[] = []
  const line = (_fields: unknown, text: string) => void logged.push(text)
  const log = { debug: line, info: line, warn: line, error: line } as unknown as Running['log']
  return { running: { log, close: async () => void done.push('closed') }, done, logged }
}

describe('what runs until it is told to stop', () => {
  it('is closed in order, and told of its start before', async () => {
    const { signals, send, heard } = signalled()
    const { running, done } = runs()
    const exit = untilStopped(
      {
        start: async () => running,
        started: () => {
          done.push('started')
          send('SIGTERM')
        },
      },
      signals,
    )
    expect(await exit).toBe(0)
    expect(done).toEqual(['started', 'closed'])
    expect(heard()).toEqual([])
  })

  it('told to stop while it is starting, is closed as soon as it stands and says nothing of a start', async () => {
    const { signals, send, exits } = signalled()
    const { running, done } = runs()
    const asked: boolean[] = []
    const exit = untilStopped(
      {
        async start(stopAsked) {
          asked.push(stopAsked())
          send('SIGINT')
          asked.push(stopAsked())
          return running
        },
        started: () => void done.push('started'),
      },
      signals,
    )
    expect(await exit).toBe(0)
    expect(asked).toEqual([false, true])
    expect(done).toEqual(['closed'])
    expect(exits).toEqual([])
  })

  it('hears one Ctrl-C once, also where npm passes on what the terminal has sent already', async () => {
    const { signals, send, exits } = signalled()
    const { running, done } = runs()
    const exit = untilStopped(
      {
        start: async () => running,
        started: () => {
          send('SIGINT')
          send('SIGINT')
        },
      },
      signals,
    )
    expect(await exit).toBe(0)
    expect(done).toEqual(['closed'])
    expect(exits).toEqual([])
  })

  it('lets a start that fails say why, and listens to no signal after it', async () => {
    const { signals, heard } = signalled()
    const failing = untilStopped({ start: () => Promise.reject(new Error('no ledger')) }, signals)
    await expect(failing).rejects.toThrow('no ledger')
    expect(heard()).toEqual([])
  })

  it('ends with 70 where closing fails or nobody caught an error', async () => {
    const one = signalled()
    const { running, logged } = runs()
    const failing = { ...running, close: () => Promise.reject(new Error('stuck')) }
    const closed = untilStopped(
      { start: async () => failing, started: () => void one.send('SIGTERM') },
      one.signals,
    )
    expect(await closed).toBe(70)
    const other = signalled()
    const defect = untilStopped(
      { start: async () => running, started: () => void other.send('uncaughtException') },
      other.signals,
    )
    expect(await defect).toBe(70)
    expect(logged).toEqual(['stop.failed', 'hub.defect'])
  })
})
