/**
 * Case d, Beisen: ids first and things after, at most a hundred a call; windows of ninety days; a scroll that dies
 * after ten seconds; the same question twice within three; an answer of 200 under which nothing was done.
 */
import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import { forEachEngine } from '../support/engines.js'
import { expectSound, openCase } from './kit.js'
import { startVendor } from './vendor.js'

const DAY = 86_400_000
const env = (url: string) => ({ BEISEN_URL: url, BEISEN_SECRET: 'secret' })
const china = (text: string) => Date.parse(`${text.replace(' ', 'T')}+08:00`)

it('the folder of case d is sound', () => expectSound('d-beisen', env('https://beisen.example')), 30_000)

forEachEngine('case d: Beisen', engine => {
  /** `n` applications, changed at the given time, in batches of `batch`. */
  async function start({ n = 0, batch = 1000, staff = 0 } = {}) {
    let now = () => 0
    /** Milliseconds that the answer of the next employee page takes. */
    const slow: number[] = []
    const applies = Array.from({ length: n }, (_, i) => ({
      applyId: `A${i}`,
      applicantId: `${i % 2 === 0 ? i : i - 1}`,
      jobId: 'J1',
      phaseId: 'P20',
      statusId: 'S201',
      modifiedTime: '2026-11-30 10:00:00',
    }))
    const scrolls = new Map<string, { at: number; from: number }>()
    const asked = new Map<string, number>()
    const locked: string[] = []
    const busy: boolean[] = []
    const ok = { code: 200, message: '' }
    const within = (body: JsonObject, time: string, end: string) =>
      (body['startTime'] === undefined || china(String(body['startTime'])) <= china(time)) &&
      china(time) <= china(String(body[end]))
    const api = '/RecruitV6/api/v1'
    const vendor = await startVendor({
      'POST /OAuth/Token': () => ({ json: { access_token: 'T', expires_in: 7200 } }),
      [`POST ${api}/Apply/GetApplyListByModifiedTime`]: ({ body }) => {
        const found = applies.filter(one => within(body, one.modifiedTime, 'endTime'))
        const from = Number(body['batchId'] ?? 0)
        const last = from + batch >= found.length
        const items = found.slice(from, from + batch)
        const next = last ? {} : { nextBatchId: String(from + batch) }
        return { json: { ...ok, data: { total: found.length, isLastBatch: last, items, ...next } } }
      },
      [`POST ${api}/Apply/GetApplyListByApplyId`]: ({ body }) => {
        const ids = body['applyIds'] as readonly string[]
        if (ids.length > 100) return { json: { code: 400, message: '最多 100 个' } }
        return { json: { ...ok, data: applies.filter(one => ids.includes(one.applyId)) } }
      },
      [`POST ${api}/Applicant/GetPersonProfileList`]: ({ body }) => {
        const ids = body['applicantIds'] as readonly string[]
        if (ids.length > 100) return { json: { code: 400, message: '最多 100 个' } }
        const profile = (id: string) => ({
          applicantId: id,
          modifiedTime: '2026-11-30 10:00:00',
          fieldValues: [
            { name: 'Name', value: `应聘者${id}` },
            { name: 'Channel', value: '-32767' },
            { name: 'OgChannel', value: '猎头' },
          ],
        })
        return { json: { ...ok, data: ids.map(profile) } }
      },
      [`POST ${api}/Job/GetJobList`]: () => ({
        json: { ...ok, data: { items: [{ jobId: 'J1', title: '后端工程师', category: '技术' }] } },
      }),
      [`POST ${api}/Apply/TransferPhase`]: ({ body }) => {
        const ids = body['applyIds'] as readonly string[]
        const moved = ids.filter(id => !locked.includes(id))
        return {
          json: { ...ok, data: { transferCount: moved.length, noTransferCount: ids.length - moved.length } },
        }
      },
      'POST /TenantBaseExternal/api/v5/Employee/GetByTimeWindow': ({ body }) => {
        const question = JSON.stringify(body)
        if (busy.shift() || now() - (asked.get(question) ?? -DAY) < 3000)
          return { json: { code: '417', message: '3 秒内请勿重复请求' } }
        asked.set(question, now())
        const scroll = body['scrollId'] === undefined ? undefined : scrolls.get(String(body['scrollId']))
        if (body['scrollId'] !== undefined && (!scroll || now() - scroll.at > 10_000))
          return { json: { code: '400', message: 'scrollId 已失效' } }
        const from = scroll?.from ?? 0
        const data = Array.from({ length: Math.min(300, staff - from) }, (_, i) => ({
          userID: `U${from + i}`,
          jobNumber: String(from + i).padStart(5, '0'),
          entryDate: '2026-03-01',
          lastWorkDate: null,
        }))
        const last = from + 300 >= staff
        const id = `scroll-${scrolls.size}`
        scrolls.set(id, { at: now(), from: from + 300 })
        delay()
        return { json: { code: '200', message: '', scrollId: id, isLastData: last, data } }
      },
    })
    const hub = await openCase(await engine.open(), 'd-beisen', env(vendor.url))
    now = () => hub.clock.now()
    const delay = () => hub.clock.pass(slow.shift() ?? 0)
    const bodies = (name: string) => vendor.bodies(`POST ${api}/${name}`)
    return { hub, vendor, bodies, slow, locked, busy }
  }
  const EMPLOYEES = 'POST /TenantBaseExternal/api/v5/Employee/GetByTimeWindow'

  it('ids become things, at most a hundred a call, twice from the same list: applicants and applications', async () => {
    const { hub, bodies } = await start({ n: 250, batch: 150 })
    await hub.poll()
    const sizes = (name: string, member: string) =>
      bodies(name).map(body => (body[member] as readonly string[]).length)
    expect(bodies('Apply/GetApplyListByModifiedTime').map(body => body['batchId'])).toEqual(
      expect.arrayContaining([undefined, '150']),
    )
    expect(sizes('Apply/GetApplyListByApplyId', 'applyIds')).toEqual([100, 50, 100])
    // Two applications of one applicant are one id.
    expect(sizes('Applicant/GetPersonProfileList', 'applicantIds')).toEqual([50, 25, 50])
    expect(await hub.all('candidate')).toHaveLength(125)
    const applications = await hub.all('application')
    expect(applications).toHaveLength(250)
    const [position] = await hub.all('position')
    const people = new Set((await hub.all('candidate')).map(({ id }) => id))
    for (const { data } of applications) {
      expect(data).toMatchObject({ stage: 'screened', position: position?.id })
      expect(people).toContain(data['candidate'])
    }
    expect((await hub.all('candidate'))[0]?.data).toMatchObject({ source: '猎头' })
    expect(await hub.pollErrors()).toEqual([null, null, null, null])
  })

  it('a hub that was away for two hundred days walks it in windows of ninety, without a hole', async () => {
    const { hub, bodies } = await start()
    await hub.poll()
    const before = bodies('Apply/GetApplyListByModifiedTime').length
    hub.clock.pass(200 * DAY)
    await hub.poll()
    const windows = bodies('Apply/GetApplyListByModifiedTime')
      .slice(before)
      .map(body => [china(String(body['startTime'])), china(String(body['endTime']))])
    expect(windows).toHaveLength(6)
    for (const [from = 0, to = 0] of windows) expect(to - from).toBeLessThanOrEqual(90 * DAY)
    // Applicants and applications walk three each; each begins before the one before it ended.
    for (const run of [windows.slice(0, 3), windows.slice(3)]) {
      for (const [i, [from = 0]] of run.entries()) if (i > 0) expect(from).toBeLessThan(run[i - 1]?.[1] ?? 0)
      expect(run[2]?.[1]).toBe(hub.clock.now())
    }
  })

  it('a scroll is followed while it lives, and begun anew when it died on the way; nobody is lost or doubled', async () => {
    const { hub, vendor, slow } = await start({ staff: 700 })
    slow.push(0, 11_000)
    await hub.poll()
    const scrolls = vendor.bodies(EMPLOYEES).map(body => body['scrollId'])
    // The third page is never asked for with the id that died: the window is walked again from its first page.
    expect(scrolls).toEqual([undefined, 'scroll-0', undefined, 'scroll-2', 'scroll-3'])
    expect(await hub.all('employee')).toHaveLength(700)
    expect((await hub.all('employee'))[0]?.data).toMatchObject({
      number: expect.stringMatching(/^\d{5}$/) as string,
    })
    expect(await hub.pollErrors()).toEqual([null, null, null, null])
  })

  it('who asks the same twice within three seconds is told to wait, and has it later', async () => {
    const { hub, vendor, busy } = await start({ staff: 2 })
    busy.push(true)
    await hub.poll()
    expect(await hub.all('employee')).toEqual([])
    expect(await hub.pollErrors()).toContainEqual(
      expect.objectContaining({ code: 'CONNECTOR_ANSWER_THROTTLED' }),
    )
    hub.clock.pass(30_000)
    await hub.poll()
    expect(vendor.count(EMPLOYEES)).toBe(2)
    expect(await hub.all('employee')).toHaveLength(2)
  })

  it('an answer of 200 under which nothing was moved is a refusal; one that moved is done', async () => {
    const { hub, bodies, locked } = await start({ n: 2 })
    await hub.poll()
    locked.push('A1')
    for (const { id } of await hub.all('application')) await hub.say('application', id, { stage: 'offer' })
    await hub.rest()
    const sent = [...bodies('Apply/TransferPhase')].sort((a, b) =>
      String(a['applyIds']).localeCompare(String(b['applyIds'])),
    )
    expect(sent).toEqual([
      { applyIds: ['A0'], phaseId: 'P40', statusId: 'S401' },
      { applyIds: ['A1'], phaseId: 'P40', statusId: 'S401' },
    ])
    const rows = await hub.rows('phase-at-beisen')
    expect(rows.map(row => row.state).sort()).toEqual(['dead', 'delivered'])
  })
})
