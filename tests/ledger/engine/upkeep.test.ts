import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { startUpkeep } from '../../../src/ledger/engine/upkeep.js'
import { silent } from '../../support/engines.js'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

describe('upkeep of the embedded database', () => {
  function start(wal: { bytes: number }, dead: string[]) {
    const ran: string[] = []
    const upkeep = startUpkeep(async sql => {
      const text = sql.replace(/\s+/g, ' ').trim()
      if (text.startsWith('select pg_current_wal')) return { rows: [{ at: '0/1', bytes: wal.bytes }] }
      if (text.startsWith('select quote_ident')) return { rows: dead.map(name => ({ name })) }
      ran.push(text)
      return { rows: [] }
    }, silent)
    return { upkeep, ran }
  }

  it('checkpoints once 64 MB of log are written, and not before', async () => {
    const wal = { bytes: 63e6 }
    const { upkeep, ran } = start(wal, [])
    await vi.advanceTimersByTimeAsync(1_000)
    expect(ran).toEqual([])
    wal.bytes = 68e6
    upkeep.worked()
    await vi.advanceTimersByTimeAsync(1_000)
    expect(ran).toEqual(['checkpoint'])
    upkeep.stop()
  })

  it('vacuums changed tables every minute', async () => {
    const { upkeep, ran } = start({ bytes: 0 }, ['hrhub.a', 'hrhub.b'])
    for (let second = 0; second < 61; second++) {
      upkeep.worked()
      await vi.advanceTimersByTimeAsync(1_000)
    }
    expect(ran).toEqual([
      'select pg_stat_force_next_flush()',
      'vacuum (analyze) hrhub.a',
      'vacuum (analyze) hrhub.b',
    ])
    upkeep.stop()
  })

  it('lets an idle database sleep', async () => {
    const { upkeep, ran } = start({ bytes: 0 }, ['hrhub.a'])
    await vi.advanceTimersByTimeAsync(1_000)
    ran.length = 0
    await vi.advanceTimersByTimeAsync(600_000)
    expect(ran).toEqual([])
    upkeep.stop()
  })
})
