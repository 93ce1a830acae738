/**
 * Case k, the vendor by the position's family: chosen as data by a table, moved while nobody has begun, kept once
 * somebody has; and the old vendor's news of our own cancellation cancels nothing.
 */
import { createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import { forEachEngine } from '../support/engines.js'
import { type Case, expectSound, openCase } from './kit.js'
import { startVendor } from './vendor.js'

const env = (alpha: string, beta: string) => ({
  ALPHA_URL: alpha,
  ALPHA_KEY: 'a',
  ALPHA_SECRET: 'as',
  BETA_URL: beta,
  BETA_KEY: 'b',
  BETA_SECRET: 'bs',
})

it(
  'the folder of case k is sound',
  () => expectSound('k-vendors', env('https://alpha.example', 'https://beta.example')),
  30_000,
)

/** Sessions by id; ids of both vendors are the same numbers. */
async function startAi() {
  const sessions = new Map<string, JsonObject>()
  const vendor = await startVendor({
    'POST /sessions': ({ body }) => {
      const id = `s${sessions.size + 1}`
      sessions.set(id, body)
      return { status: 201, json: { id } }
    },
    'PUT /sessions/{id}': ({ path, body }) => {
      sessions.set(path['id'] ?? '', body)
      return { json: {} }
    },
    'DELETE /sessions/{id}': ({ path }) => {
      sessions.delete(path['id'] ?? '')
      return { status: 204 }
    },
  })
  return { vendor, sessions }
}

forEachEngine('case k: the vendor by family', engine => {
  async function start(family: string) {
    const alpha = await startAi()
    const beta = await startAi()
    const hub = await openCase(await engine.open(), 'k-vendors', env(alpha.vendor.url, beta.vendor.url))
    const candidate = await hub.say('candidate', 'c1', { name: '张三' })
    const position = await hub.say('position', 'p1', { title: '客户经理', family })
    const interview = await hub.say('interview', 'i1', { candidate, position, type: 'ai', state: 'invited' })
    await hub.rest()
    return { hub, alpha, beta, position, interview }
  }
  /** As the vendor says it, a second later. */
  async function tell(hub: Case, hook: 'alpha' | 'beta', news: JsonObject) {
    const body = JSON.stringify({ ...news, at: new Date(hub.clock.now() + 1000).toISOString() })
    const secret = hook === 'alpha' ? 'as' : 'bs'
    const signature = createHmac('sha256', secret).update(body).digest('hex')
    const headers = { 'content-type': 'application/json', 'x-signature': signature }
    await hub.callback(hook, { body, headers })
    await hub.rest()
  }

  it.each([
    ['engineering', 1, 0, 'alpha'],
    ['sales', 0, 1, 'beta'],
    ['legal', 1, 0, 'alpha'],
  ])(
    'who applies in %s is interviewed by the vendor of that family alone',
    async (family, a, b, provider) => {
      const { hub, alpha, beta, interview } = await start(family)
      expect([alpha.sessions.size, beta.sessions.size]).toEqual([a, b])
      expect((await hub.record(interview)).data['provider']).toBe(provider)
    },
  )

  it('a position that changes its family moves who has not begun, and the old vendor’s echo cancels nothing', async () => {
    const { hub, alpha, beta, position, interview } = await start('engineering')
    await hub.say('position', 'p1', { family: 'sales', title: '客户经理' })
    await hub.rest()
    expect([alpha.sessions.size, beta.sessions.size]).toEqual([0, 1])
    expect(alpha.vendor.count('DELETE /sessions/{id}')).toBe(1)
    await tell(hub, 'alpha', { event: 'session.cancelled', session_id: 's1' })
    expect((await hub.record(interview)).data).toMatchObject({ state: 'invited', provider: 'beta', position })
    await tell(hub, 'beta', { event: 'session.started', session_id: 's1' })
    await tell(hub, 'beta', { event: 'session.completed', session_id: 's1' })
    await tell(hub, 'beta', { event: 'report.ready', report_id: 'r1', session_id: 's1', score: 86 })
    expect((await hub.record(interview)).data['state']).toBe('completed')
    const reports = await hub.all('score_report')
    expect(reports.map(({ data }) => [data['interview'], data['overall']])).toEqual([[interview, 8.6]])
    // Nothing was brought to alpha again.
    expect(alpha.vendor.count('POST /sessions')).toBe(1)
  })

  it('back and forth, each vendor has one session or none, and the last choice holds', async () => {
    const { hub, alpha, beta, interview } = await start('engineering')
    for (const family of ['sales', 'engineering', 'sales', 'engineering']) {
      await hub.say('position', 'p1', { family, title: '客户经理' })
      await hub.rest()
    }
    expect([alpha.sessions.size, beta.sessions.size]).toEqual([1, 0])
    expect((await hub.record(interview)).data).toMatchObject({ provider: 'alpha', state: 'invited' })
  })

  it('who has begun is not cut off', async () => {
    const { hub, alpha, beta, interview } = await start('engineering')
    await tell(hub, 'alpha', { event: 'session.started', session_id: 's1' })
    await hub.say('position', 'p1', { family: 'sales', title: '客户经理' })
    await hub.rest()
    expect([alpha.sessions.size, beta.sessions.size]).toEqual([1, 0])
    await tell(hub, 'alpha', { event: 'session.completed', session_id: 's1' })
    expect((await hub.record(interview)).data).toMatchObject({ provider: 'alpha', state: 'completed' })
    expect(await hub.states('session-at-alpha')).toEqual([expect.stringMatching(/^held/) as string])
  })

  it('a session that a vendor cancels of its own accord is cancelled', async () => {
    const { hub, interview } = await start('sales')
    await tell(hub, 'beta', { event: 'session.cancelled', session_id: 's1' })
    expect((await hub.record(interview)).data['state']).toBe('cancelled')
  })
})
