import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startOpenLms } from '../../src/sandbox/open-lms/start.js'
import type { Simulator } from '../../src/sandbox/types.js'
import { type Caller, callerOf, list, pick } from './support/caller.js'
import { type Ear, openEar } from './support/hub-ear.js'

let lms: Simulator
let ear: Ear
let call: Caller

beforeEach(async () => {
  ear = await openEar()
  lms = await startOpenLms({
    apiKey: 'k',
    basic: 'hub:pw',
    callbackBasic: 'lms:pw',
    target: ear.url,
    retryScale: 0.0001,
  })
  call = callerOf(lms.url, () => ({ 'x-api-key': 'k' }))
})
afterEach(async () => {
  await lms.close()
  await ear.close()
})

const LIN = { name: '林知远', email: 'lin.zhiyuan@example.com', mobile: '13800138021' }
const learner = async () => Number((await call('POST', '/api/learners', LIN)).body['id'])
const plan = (learner_id: number, courses = ['C-203', 'C-211']) => ({
  learner_id,
  title: '入职提升计划',
  items: courses.map(course => ({ course, due: '2027-01-31', reason: '低于 7 分' })),
})

describe('credentials', () => {
  it.each([
    ['the API key', { 'x-api-key': 'k' }, 200],
    ['basic', { 'x-api-key': '', authorization: `Basic ${Buffer.from('hub:pw').toString('base64')}` }, 200],
    ['a wrong key', { 'x-api-key': 'x' }, 401],
    [
      'a wrong password',
      { 'x-api-key': '', authorization: `Basic ${Buffer.from('hub:no').toString('base64')}` },
      401,
    ],
    ['nothing', { 'x-api-key': '' }, 401],
  ])('%s', async (_name, headers, status) => {
    expect((await call('GET', '/api/ping', undefined, headers)).status).toBe(status)
  })
})

describe('learners', () => {
  it('are found by address, made once per address, changed and deleted', async () => {
    expect(pick((await call('GET', '/api/learners?mobile=13800138021')).body, 'items.length')).toBe(0)
    const id = await learner()
    expect(pick((await call('GET', '/api/learners?mobile=13800138021')).body, 'items.0.id')).toBe(id)
    const twice = await call('POST', '/api/learners', { ...LIN, email: 'other@example.com' })
    expect([twice.status, twice.headers.get('content-type')]).toEqual([409, 'text/plain; charset=utf-8'])
    await call('PUT', `/api/learners/${id}`, { ...LIN, department: '平台研发部' })
    expect((await call('GET', `/api/learners/${id}`)).body['department']).toBe('平台研发部')
    expect((await call('DELETE', `/api/learners/${id}`)).status).toBe(204)
    expect((await call('GET', `/api/learners/${id}`)).status).toBe(404)
  })
  it.each([
    ['no address', { name: '林' }],
    ['a broken e-mail', { name: '林', email: 'lin' }],
    ['a foreign mobile', { name: '林', mobile: '+861380013' }],
  ])('are refused with %s', async (_name, body) => {
    expect((await call('POST', '/api/learners', body)).status).toBe(400)
  })
})

describe('the catalogue', () => {
  it('is walked by offset', async () => {
    const codes: unknown[] = []
    for (let offset = 0; ; ) {
      const { body } = await call('GET', `/api/courses?offset=${offset}&limit=4`)
      const items = list(body['items'])
      codes.push(...items.map(course => course['code']))
      offset += items.length
      if (offset >= Number(body['total'])) break
    }
    expect(new Set(codes).size).toBe(codes.length)
    expect(codes).toContain('C-203')
  })
})

describe('plans and enrolments', () => {
  it('are put by our reference: the same call again is the same plan', async () => {
    const id = await learner()
    lms.faults.add({ on: 'putPlan', fault: { kind: 'cut', when: 'after' } })
    await expect(call('PUT', '/api/plans/tp_1', plan(id))).rejects.toThrow()
    expect((await call('PUT', '/api/plans/tp_1', plan(id))).status).toBe(200)
    expect(lms.effects.map(effect => `${effect.verb} ${effect.resource} ${effect.id}`)).toEqual([
      'create learner 1001',
      'create plan tp_1',
      'update plan tp_1',
    ])
    expect(pick((await call('GET', '/api/plans/tp_1')).body, 'items.0.status')).toBe('assigned')
  })
  it('keep what was learned when the plan is replaced', async () => {
    const id = await learner()
    await call('PUT', '/api/plans/tp_1', plan(id))
    await lms.control('study', { ref: 'tp_1', course: 'C-203', score: 91 })
    const { body } = await call('PUT', '/api/plans/tp_1', plan(id, ['C-203', 'C-101']))
    expect(list(body['items']).map(item => [item['course'], item['status'], item['score']])).toEqual([
      ['C-203', 'done', 91],
      ['C-101', 'assigned', null],
    ])
    expect((await call('DELETE', '/api/plans/tp_1')).status).toBe(204)
    expect((await call('DELETE', '/api/plans/tp_1')).status).toBe(404)
  })
  it('need a learner and courses that exist', async () => {
    const id = await learner()
    expect((await call('PUT', '/api/plans/x', plan(7))).status).toBe(404)
    expect((await call('PUT', '/api/plans/x', plan(id, ['C-999']))).status).toBe(400)
    expect((await call('PUT', '/api/plans/x', { ...plan(id), extra: 1 })).status).toBe(400)
  })
  it('have single enrolments too, listed by change', async () => {
    const id = await learner()
    for (const course of ['C-101', 'C-201'])
      await call('PUT', `/api/enrolments/tp_1.${course}`, { learner_id: id, course })
    await lms.control('study', { ref: 'tp_1.C-101', status: 'learning' })
    const { body } = await call('GET', `/api/enrolments?learner_id=${id}&since=0&limit=1`)
    expect([body['total'], list(body['items']).length]).toEqual([2, 1])
    expect((await call('GET', '/api/enrolments/tp_1.C-101')).body).toMatchObject({
      status: 'learning',
      progress: 0.5,
    })
    expect((await call('DELETE', '/api/enrolments/tp_1.C-101')).status).toBe(204)
  })
})

describe('callbacks', () => {
  it('carry basic auth and the whole plan, and come again after a failure', async () => {
    const id = await learner()
    await call('PUT', '/api/plans/tp_1', plan(id))
    ear.statuses.push(503)
    await lms.control('study', { ref: 'tp_1' })
    await lms.callbacks.idle()
    expect(ear.heard).toHaveLength(2)
    expect(ear.heard[0]?.headers['authorization']).toBe(`Basic ${Buffer.from('lms:pw').toString('base64')}`)
    expect(JSON.parse(ear.heard[1]?.raw ?? '')).toMatchObject({
      event: 'plan.progress',
      plan: { ref: 'tp_1', done: true, items: [{ course: 'C-203', status: 'done' }, { course: 'C-211' }] },
    })
  })
  it('tell of single enrolments', async () => {
    const id = await learner()
    await call('PUT', '/api/enrolments/e-1', { learner_id: id, course: 'C-101' })
    await lms.control('study', { ref: 'e-1' })
    await lms.callbacks.idle()
    expect(JSON.parse(ear.heard[0]?.raw ?? '')).toMatchObject({
      enrolment: { ref: 'e-1', progress: 1, score: 88 },
    })
    expect(await (await fetch(lms.url)).text()).toContain('课程目录')
  })
})
