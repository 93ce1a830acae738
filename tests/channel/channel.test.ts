import { expect, it } from 'vitest'
import type { Channel } from '../../src/channel/types.js'
import { forEachChannel } from '../support/channels.js'

forEachChannel('the channel', carrier => {
  let shared: Promise<Channel> | undefined
  const open = () => {
    shared ??= carrier.open()
    return shared
  }

  it('hands every id that was rung to a listener, in batches', async () => {
    const channel = await open()
    const heard: string[] = []
    let batches = 0
    const stop = await channel.listen(
      async ids => {
        batches++
        heard.push(...ids)
      },
      { concurrency: 4 },
    )
    const ids = Array.from({ length: 1200 }, (_, i) => `delivery_${i}`)
    await channel.ring(ids)
    await channel.ring(['one', 'two'])
    await channel.ring([])
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(1202)
    expect(new Set(heard)).toEqual(new Set([...ids, 'one', 'two']))
    expect(batches).toBe(4)
    await stop()
  })

  it('rings the same id again whether its last ring waits, runs or failed', async () => {
    const channel = await open()
    let runs = 0
    let finish = () => {}
    const gate = new Promise<void>(resolve => {
      finish = resolve
    })
    const stop = await channel.listen(
      async () => {
        runs++
        if (runs === 1) await gate
        throw new Error('no')
      },
      { concurrency: 2 },
    )
    await channel.ring(['same'])
    await expect.poll(() => runs).toBe(1)
    await channel.ring(['same'])
    await expect.poll(() => runs, { timeout: 10_000 }).toBe(2)
    finish()
    await channel.ring(['same'])
    await expect.poll(() => runs, { timeout: 10_000 }).toBe(3)
    await stop()
  })

  it('lets an early ring pass a late one of the same id', async () => {
    const channel = await open()
    const heard: number[] = []
    const started = performance.now()
    const stop = await channel.listen(async () => void heard.push(performance.now() - started), {
      concurrency: 1,
    })
    await channel.ring(['moved'], { delayMs: 700 })
    await channel.ring(['moved'])
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(2)
    expect(heard[0]).toBeLessThan(650)
    expect(heard[1]).toBeGreaterThanOrEqual(690)
    await stop()
  })

  it('leaves nothing behind and is healthy', async () => {
    const channel = await open()
    expect(await channel.health()).toBe('ok')
    expect(channel.lost).toBe(0)
    const ledger = await carrier.ledger()
    if (!ledger) return
    await expect
      .poll(async () => (await ledger.query(`select count(*)::int as n from bullmq.job`)).rows)
      .toEqual([{ n: 0 }])
  })

  it('waits for a handler that runs before it closes', async () => {
    const channel = await carrier.open()
    let done = false
    let begun = false
    await channel.listen(
      async () => {
        begun = true
        await new Promise(resolve => setTimeout(resolve, 100))
        done = true
      },
      { concurrency: 1 },
    )
    await channel.ring(['slow'])
    await expect.poll(() => begun, { timeout: 10_000 }).toBe(true)
    await channel.close()
    expect(done).toBe(true)
  })
})
