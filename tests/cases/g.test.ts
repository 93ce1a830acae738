/**
 * Case g, scores as an object: weights out under their codes, the link back from the answer, scores and quotes joined,
 * clips kept before their links expire, and a revision that counts by its number whenever it comes.
 */
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import { signStandardWebhook } from '../../src/sandbox/standard-webhooks.js'
import { forEachEngine } from '../support/engines.js'
import { expectSound, openCase } from './kit.js'
import { startVendor } from './vendor.js'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const env = (url: string) => ({ AI_URL: url, AI_KEY: 'key', AI_SECRET: SECRET })

it('the folder of case g is sound', () => expectSound('g-scores', env('https://ai.example')), 30_000)

forEachEngine('case g: scores as an object', engine => {
  async function start() {
    let clipIsThere = true
    const ai = await startVendor({
      'POST /sessions': () => ({
        status: 201,
        json: { session_id: 's1', join_url: 'https://talent-ai.example/j/1' },
      }),
      'PUT /sessions/{session_id}': () => ({ json: {} }),
      'GET /clip': () => (clipIsThere ? { text: 'a clip', type: 'video/mp4' } : { status: 403, text: '' }),
    })
    const hub = await openCase(await engine.open(), 'g-scores', env(ai.url))
    const candidate = await hub.say('candidate', 'c1', { name: '张三' })
    const competencies = [
      { key: 'logic', weight: 0.6 },
      { key: 'communication', weight: 0.4 },
    ]
    const position = await hub.say('position', 'p1', { title: '后端', competencies })
    const interview = await hub.say('interview', 'i1', { candidate, position, type: 'ai', state: 'draft' })
    await hub.rest()
    let told = 0
    const report = async (revision: number, total: number, over: JsonObject = {}) => {
      const body = JSON.stringify({
        type: 'report.ready',
        report: {
          report_id: 'R1',
          session_id: 's1',
          revision,
          status: 'complete',
          total,
          competencies: { LG: { score: total / 10, of: 10 }, CM: { score: 3, of: 5 } },
          quotes: [{ code: 'LG', text: '先拆后合' }],
          emotion: [{ t: 0, v: 0.5 }],
          clips: [{ title: '开场', url: `${ai.url}/clip` }],
          ...over,
        },
      })
      const id = `msg_${++told}`
      const at = hub.clock.now() + 1000
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(at / 1000)),
        'webhook-signature': signStandardWebhook(SECRET, id, at, body),
      }
      await hub.callback('ai', { body, headers })
      await hub.rest()
    }
    const only = async () => {
      const [one, ...more] = await hub.all('score_report')
      expect(more).toEqual([])
      return one?.data
    }
    return {
      hub,
      ai,
      interview,
      report,
      only,
      forgetClip: () => {
        clipIsThere = false
      },
    }
  }

  it('weights go out as an object, and the link of the answer is the interview’s, without a second call', async () => {
    const { hub, ai, interview } = await start()
    expect(ai.bodies('POST /sessions')).toEqual([
      { candidate_name: '张三', competencies: { LG: 0.6, CM: 0.4 } },
    ])
    expect((await hub.record(interview)).data).toMatchObject({
      join_url: 'https://talent-ai.example/j/1',
      state: 'invited',
    })
    expect(ai.calls).toHaveLength(1)
  })

  it('scores come as an object, each with its quotes; clips are kept when their links are gone', async () => {
    const { report, only, interview, forgetClip } = await start()
    await report(1, 64.5)
    forgetClip()
    expect(await only()).toMatchObject({
      interview,
      overall: 6.45,
      dimensions: expect.arrayContaining([
        { key: 'logic', score: 6.45, max: 10, evidence: [{ quote: '先拆后合' }] },
        { key: 'communication', score: 6, max: 10, evidence: [] },
      ]) as unknown,
      series: { emotion: [[0, 0.5]] },
      media: [{ type: 'video', title: '开场', blob: createHash('sha256').update('a clip').digest('hex') }],
    })
  })

  it('the higher revision counts, though the lower one comes later', async () => {
    const { report, only } = await start()
    await report(2, 80)
    await report(1, 60)
    expect(await only()).toMatchObject({ revision: 2, overall: 8 })
    await report(3, 70)
    expect(await only()).toMatchObject({ revision: 3, overall: 7 })
  })

  it('a report with a competency nobody knows is kept and shown, and no half of it is taken', async () => {
    const { hub, report, only } = await start()
    await report(1, 60, { competencies: { XX: { score: 1, of: 1 } } })
    expect(await only()).toBeUndefined()
    const invalid = (await hub.messages()).filter(({ state }) => state === 'invalid')
    expect(invalid.flatMap(({ verdicts }) => verdicts.map(({ code }) => code))).toEqual([
      'MAPPING_VALUE_UNKNOWN',
    ])
  })
})
