/**
 * Case e, Moka: a list that forgets what it gave, 500 with three meanings, Beijing time that says Z, ids beyond 2^53,
 * links that expire, and one news that is an application, a candidate, a job and a person at once.
 */
import { createHash, createHmac } from 'node:crypto'
import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import { forEachEngine } from '../support/engines.js'
import { expectSound, openCase } from './kit.js'
import { type Reply, startVendor } from './vendor.js'

const env = (url: string) => ({ MOKA_URL: url, MOKA_KEY: 'key', MOKA_SIGNING_KEY: 'qwer' })
const LONG = '9007199254740993'

it('the folder of case e is sound', () => expectSound('e-moka', env('https://moka.example')), 30_000)

forEachEngine('case e: Moka', engine => {
  async function start() {
    const queue: string[][] = []
    const files = new Map([
      ['/files/resume.pdf', 'a résumé'],
      ['/files/work.pdf', 'works'],
    ])
    let broken: Reply | undefined
    const file = ({ route }: { route: string }): Reply => {
      const text = files.get(route.slice(4))
      return text === undefined ? { status: 403, text: 'expired' } : { text, type: 'application/pdf' }
    }
    const vendor = await startVendor({
      'GET /data/moved_applications': () => {
        if (broken) return broken
        const page = queue.shift()
        if (!page) return { status: 500, json: { code: -1, success: false, msg: '服务器异常' } }
        const next = queue.length > 0 ? ',"next":"more"' : ''
        return { text: `{"code":0,"data":[${page.join(',')}]${next}}`, type: 'application/json' }
      },
      'POST /jobs/getJobs': () => broken ?? { json: { code: 0 } },
      'GET /files/resume.pdf': file,
      'GET /files/work.pdf': file,
    })
    const application = (n: number | string, over: JsonObject = {}) =>
      JSON.stringify({
        candidateId: 5,
        name: '张三',
        phone: '13800138000',
        stageType: 201,
        movedAt: '2026-11-30T10:00:00.000Z',
        job: { jobId: 'J1', title: '后端工程师', department: '技术部' },
        jobManager: { name: '陈默', email: 'chen@example.com' },
        resumeUrl: `${vendor.url}/files/resume.pdf`,
        ...over,
      }).replace('{', `{"applicationId":${n},`)
    const hub = await openCase(await engine.open(), 'e-moka', env(vendor.url))
    const push = (body: JsonObject | string, key = 'qwer') => {
      const text = typeof body === 'string' ? body : JSON.stringify(body)
      return hub.callback('moka', {
        query: { sign: createHmac('sha256', key).update(text).digest('hex') },
        body: text,
      })
    }
    return {
      hub,
      vendor,
      queue,
      files,
      application,
      push,
      breakWith: (reply: Reply | undefined) => (broken = reply),
    }
  }

  it('what the queue gave once is an application, its candidate, its job and who hires, each once', async () => {
    const { hub, queue, application } = await start()
    queue.push(
      [application(LONG), application(2, { stageType: 100 })],
      [application(3, { candidateId: 6, name: '李四', phone: '13900139000', stageType: 202 })],
    )
    await hub.poll()
    const applications = await hub.all('application')
    expect(applications.map(({ data }) => data['stage']).sort()).toEqual([
      'applied',
      'assessment',
      'interview',
    ])
    expect(applications[0]?.data).toMatchObject({ stage_at: '2026-11-30T02:00:00Z' })
    const [position, ...otherPositions] = await hub.all('position')
    const [person, ...otherPeople] = await hub.all('person')
    expect(await hub.all('candidate')).toHaveLength(2)
    expect([otherPositions, otherPeople]).toEqual([[], []])
    expect(position?.data['hiring_team']).toEqual([{ person: person?.id, role: 'manager' }])
    for (const { data } of applications) expect(data['position']).toBe(position?.id)
    // The id did not become its neighbour: the same application pushed by hand is the same record.
    const pages = (await hub.messages()).map(({ body }) => body)
    expect(pages.some(body => body.includes(LONG))).toBe(true)
    expect(await hub.pollErrors()).toEqual([null])
  })

  it('an empty queue is no error, a wrong key is one, and nothing is taken off by whoever may not', async () => {
    const { hub, queue, application, breakWith } = await start()
    await hub.poll()
    expect(await hub.pollErrors()).toEqual([null])
    queue.push([application(1)])
    breakWith({ status: 500, json: { code: -1, success: false, msg: '无法识别的认证信息' } })
    hub.clock.pass(60_000)
    await hub.poll()
    expect(await hub.pollErrors()).toEqual([
      expect.objectContaining({ code: expect.stringContaining('CONNECTOR_') as string }),
    ])
    expect(queue).toHaveLength(1)
    breakWith(undefined)
    hub.clock.pass(60_000)
    await hub.poll()
    expect(await hub.all('application')).toHaveLength(1)
  })

  it('one application that is wrong is kept and told; the others of its page are taken', async () => {
    const { hub, queue, application } = await start()
    queue.push([application(1, { stageType: 206 }), application(2, { candidateId: 6, phone: '13900139000' })])
    await hub.poll()
    expect(await hub.all('application')).toHaveLength(1)
    const [page] = await hub.messages()
    expect(JSON.parse(page?.body ?? '[]')).toHaveLength(2)
    expect(page?.verdicts.filter(one => one.verdict === 'invalid')).toEqual([
      expect.objectContaining({ flow: 'applications', item: 0, code: 'MAPPING_VALUE_UNKNOWN' }),
    ])
  })

  it('the résumé is fetched at once, and is there when its link has long expired', async () => {
    const { hub, vendor, queue, files, application } = await start()
    queue.push([application(1, { attachments: [{ name: '作品集', url: `${vendor.url}/files/work.pdf` }] })])
    await hub.poll()
    files.clear()
    const [candidate] = await hub.all('candidate')
    expect(candidate?.data['resume']).toEqual({ blob: createHash('sha256').update('a résumé').digest('hex') })
    expect(vendor.count('GET /files/work.pdf')).toBe(1)
    expect((await hub.all('application'))[0]?.data['custom']).toEqual({ files: ['作品集'] })
  })

  it('the button and the queue speak of one application; a forged push is refused, a repeated one changes nothing', async () => {
    const { hub, queue, application, push } = await start()
    queue.push([application(LONG)])
    await hub.poll()
    const pushed = `{"id":"ev1","event":"pushCandidate","triggeredAt":1796100000,"data":${application(LONG, { stageType: 101, movedAt: '2026-12-01T10:00:00.000Z' })}}`
    await expect(push(pushed, 'other')).rejects.toMatchObject({ code: 'CONNECTOR_SIGNATURE_WRONG' })
    expect((await push(pushed)).status).toBe(200)
    expect((await push(pushed)).status).toBe(200)
    await hub.rest()
    const applications = await hub.all('application')
    expect(applications).toHaveLength(1)
    expect(applications[0]?.data['stage']).toBe('offer')
  })

  it('interviews are arranged, moved and called off, several in one push', async () => {
    const { hub, queue, application, push } = await start()
    queue.push([application(1), application(2)])
    await hub.poll()
    const interview = (id: string, day: number) => ({
      event_id: id,
      applicationIds: [Number(id.slice(1))],
      interviewType: 4,
      startTime: Date.parse(`2026-12-0${day}T02:00:00Z`),
      endTime: Date.parse(`2026-12-0${day}T03:00:00Z`),
    })
    const news = (n: number, event: string, interviews: JsonObject[]) =>
      push({ id: `n${n}`, event, triggeredAt: Math.floor(hub.clock.now() / 1000) + n, data: { interviews } })
    await news(1, 'createInterviewsInfo', [interview('E1', 2), interview('E2', 3)])
    await news(2, 'updateInterviewsInfo', [interview('E1', 4)])
    await news(3, 'deleteInterviewsInfo', [{ event_id: 'E2' }])
    await hub.rest()
    const told = (await hub.all('interview')).map(({ data }) => [
      data['state'],
      (data['schedule'] as JsonObject)['start'],
    ])
    expect(told.sort()).toEqual([
      ['cancelled', '2026-12-03T02:00:00Z'],
      ['scheduled', '2026-12-04T02:00:00Z'],
    ])
  })
})
