/**
 * Case j, custom fields of the EHR: fields of a candidate that is there already, told by the same call first and again;
 * several reports are one record, rolled up by folding, in whatever order they come.
 */
import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import { forEachEngine } from '../support/engines.js'
import { expectSound, openCase } from './kit.js'
import { startVendor } from './vendor.js'

const env = (url: string) => ({ EHR_URL: url, EHR_TOKEN: 't', EHR_SECRET: 'a-long-random-tail' })

it('the folder of case j is sound', () => expectSound('j-custom-fields', env('https://ehr.example')), 30_000)

forEachEngine('case j: custom fields', engine => {
  async function start() {
    const candidates = new Map<string, JsonObject>([['31', {}]])
    const lose: string[] = []
    const ehr = await startVendor({
      'PATCH /candidates/{id}': ({ path, body }) => {
        const id = path['id'] ?? ''
        if (!candidates.has(id)) return { status: 404, json: {} }
        candidates.set(id, body)
        return lose.pop() ? 'cut' : { json: {} }
      },
    })
    const hub = await openCase(await engine.open(), 'j-custom-fields', env(ehr.url))
    const push = async (...items: JsonObject[]) => {
      await hub.callback('ehr', { tail: '/a-long-random-tail', body: JSON.stringify({ items }) })
      await hub.rest()
    }
    await push(
      { type: 'application', data: { id: 'A1', candidate_id: '31' } },
      { type: 'candidate', data: { id: '31', name: '张三' } },
    )
    const application = (await hub.all('application'))[0]?.id ?? ''
    const report = async (
      key: string,
      overall: number,
      reported_at: string,
      dimensions: JsonObject[] = [],
    ) => {
      await hub.say('score_report', key, {
        application,
        overall,
        reported_at,
        conclusion: 'hold',
        dimensions,
      })
      await hub.rest()
    }
    return { hub, ehr, candidates, lose, report, application }
  }
  const fields = (body: JsonObject | undefined) =>
    Object.fromEntries(
      ((body?.['customFields'] ?? []) as readonly JsonObject[]).map(({ key, value }) => [String(key), value]),
    )

  it('a report stands in the candidate’s fields; a dimension that is not there takes nothing along', async () => {
    const { ehr, candidates, report } = await start()
    await report('r1', 8.6, '2026-11-30T02:00:00Z', [{ key: 'logic', score: 9 }, { key: 'communication' }])
    expect(ehr.calls.map(({ path }) => path['id'])).toEqual(['31'])
    expect(fields(candidates.get('31'))).toEqual({ ai_composite: 8.6, ai_reports: 1, ai_advice: '待定' })
    expect(candidates.get('31')).toMatchObject({ scores: { logic: 9 } })
    expect(candidates.get('31')).not.toHaveProperty('candidate_id')
  })

  it('several reports are one record: the composite is over all, the dimensions are the newest one’s', async () => {
    const { hub, candidates, report } = await start()
    await report('new', 9, '2026-11-30T02:00:00Z', [{ key: 'communication', score: 7 }])
    // An older report that was late on its way.
    await report('old', 7, '2026-11-20T02:00:00Z', [{ key: 'communication', score: 3 }])
    expect(fields(candidates.get('31'))).toEqual({
      ai_composite: 8,
      ai_reports: 2,
      ai_advice: '待定',
      ai_communication: 7,
    })
    expect(await hub.all('application')).toHaveLength(1)
    expect(await hub.rows('scores-at-ehr')).toHaveLength(1)
  })

  it('a call whose answer was lost is made again, and adds nothing', async () => {
    const { hub, ehr, candidates, lose, report } = await start()
    lose.push('once')
    await report('r1', 8, '2026-11-30T02:00:00Z')
    await hub.pass(600_000)
    expect(ehr.bodies('PATCH /candidates/{id}')).toHaveLength(2)
    expect(ehr.bodies('PATCH /candidates/{id}')[0]).toEqual(ehr.bodies('PATCH /candidates/{id}')[1])
    expect(fields(candidates.get('31'))).toMatchObject({ ai_composite: 8 })
    expect(await hub.states('scores-at-ehr')).toEqual(['delivered'])
  })

  it('the same report again is no call', async () => {
    const { ehr, report } = await start()
    await report('r1', 8, '2026-11-30T02:00:00Z')
    await report('r1', 8, '2026-11-30T02:00:00Z')
    expect(ehr.calls).toHaveLength(1)
  })

  it('a candidate whom the EHR does not know is waited for, and made nowhere', async () => {
    const { hub, ehr } = await start()
    const candidate = await hub.say('candidate', 'stranger', { name: '李四' })
    await hub.say('application', 'other', { candidate, composite: 9 })
    await hub.rest()
    expect(ehr.calls).toEqual([])
    expect(await hub.states('scores-at-ehr')).toEqual([expect.stringContaining('waiting link') as string])
  })
})
