import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startAcmeEhr } from '../../src/sandbox/acme-ehr/start.js'
import { signStandardWebhook } from '../../src/sandbox/standard-webhooks.js'
import type { Simulator } from '../../src/sandbox/types.js'
import { type Caller, callerOf, list, pick } from './support/caller.js'
import { type Ear, openEar } from './support/hub-ear.js'

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
let ehr: Simulator
let ear: Ear
let call: Caller

beforeEach(async () => {
  ear = await openEar()
  ehr = await startAcmeEhr({ apiKey: 'key_1', webhookSecrets: [SECRET], target: ear.url, retryScale: 0.001 })
  call = callerOf(ehr.url, () => ({ authorization: 'Bearer key_1' }))
})
afterEach(async () => {
  await ehr.close()
  await ear.close()
})

type Applied = { candidate: { id: string }; application: { id: string } }
const apply = async () => (await ehr.control('apply', { applicant: 'lin' })) as unknown as Applied
async function events() {
  await ehr.callbacks.idle()
  return ear.heard.map(entry => JSON.parse(entry.raw) as { type: string; data: Record<string, unknown> })
}
const interview = (application_id: string, more = {}) => ({
  application_id,
  type: 'AI',
  external_ref: 'eff-1',
  status: 'SENT',
  start_at: '2026-12-01T02:00:00.000Z',
  end_at: '2026-12-01T03:00:00.000Z',
  ...more,
})

describe('Standard Webhooks signatures', () => {
  it.each([
    [
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1614265330,
      '{"test": 2432232314}',
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    ],
    [
      'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
      1674087231,
      '{"type":"interview.scheduled","data":{"name":"张三"}}',
      'v1,yYaM1MtZRvmRwHO/WXs2fvl9pnKCs7ocTfKOkfZcuzk=',
    ],
  ])('reproduce the vector %s', (id, seconds, body, expected) => {
    expect(signStandardWebhook(SECRET, id, seconds * 1000, body)).toBe(expected)
  })

  it('go out over the raw body with id and time', async () => {
    await apply()
    await ehr.callbacks.idle()
    for (const { headers, raw } of ear.heard) {
      const at = Number(headers['webhook-timestamp']) * 1000
      expect(headers['webhook-signature']).toBe(
        signStandardWebhook(SECRET, headers['webhook-id'] ?? '', at, raw),
      )
    }
    expect(ear.heard).toHaveLength(2)
  })

  it('are made with both secrets during a rotation', async () => {
    const other = `whsec_${Buffer.alloc(24, 1).toString('base64')}`
    const rotating = await startAcmeEhr({ apiKey: 'k', webhookSecrets: [other, SECRET], target: ear.url })
    await rotating.control('apply', { applicant: 'xu' })
    await rotating.callbacks.idle()
    expect(ear.heard[0]?.headers['webhook-signature']?.split(' ')).toHaveLength(2)
    await rotating.close()
  })
})

describe('the EHR says', () => {
  it('the whole candidate, then the application, when someone applies', async () => {
    const { candidate, application } = await apply()
    expect(await events()).toMatchObject([
      { type: 'candidate.updated', data: { id: candidate.id, name: '林知远', preferred_channel: 'SMS' } },
      { type: 'application.updated', data: { id: application.id, stage: 'NEW', position_id: 'pos_backend' } },
    ])
  })
  it('every write of its callers back as a whole snapshot', async () => {
    const { candidate } = await apply()
    await call('PATCH', `/api/v1/candidates/${candidate.id}`, { preferred_channel: 'EMAIL' })
    const echo = (await events()).at(-1)
    expect(echo?.data).toMatchObject({ preferred_channel: 'EMAIL', name: '林知远', source: '内部推荐' })
  })
  it('a deletion', async () => {
    const { candidate } = await apply()
    await ehr.control('deleteCandidate', { id: candidate.id })
    expect((await events()).at(-1)).toMatchObject({ type: 'candidate.deleted', data: { deleted: true } })
    expect((await call('GET', `/api/v1/candidates/${candidate.id}`)).status).toBe(404)
  })
})

describe('credentials', () => {
  it('are an API key or a token that expires', async () => {
    const form = 'grant_type=client_credentials&client_id=hrhub&client_secret=key_1'
    const type = { 'content-type': 'application/x-www-form-urlencoded', authorization: '' }
    const token = (await call('POST', '/oauth/token', form, type)).body.access_token
    const bearer = { authorization: `Bearer ${token}` }
    expect((await call('GET', '/api/v1/account', undefined, bearer)).body.name).toContain('云帆科技')
    ehr.faults.add({ on: 'getAccount', fault: { kind: 'expire_tokens' } })
    const expired = await call('GET', '/api/v1/account', undefined, bearer)
    expect([expired.status, pick(expired.body, 'error.code')]).toEqual([401, 'token_expired'])
    expect((await call('GET', '/api/v1/account')).status).toBe(200)
  })
  it.each([
    ['a wrong key', { authorization: 'Bearer nope' }],
    ['no key', { authorization: '' }],
  ])('refuse %s', async (_name, headers) => {
    expect((await call('GET', '/api/v1/account', undefined, headers)).status).toBe(401)
  })
})

describe('lists', () => {
  it('walk through everything once by cursor, in order of change', async () => {
    for (const applicant of ['lin', 'xu', 'tang']) await ehr.control('apply', { applicant })
    const seen: string[] = []
    let path = '/api/v1/candidates?limit=2'
    for (;;) {
      const page = (await call('GET', path)).body
      seen.push(...list(page['items']).map(item => String(item['name'])))
      if (!page.has_more) break
      path = `/api/v1/candidates?limit=2&cursor=${page.next_cursor}`
    }
    expect(seen).toEqual(['林知远', '许若溪', '唐可'])
  })
  it('give what changed after a time, and find by phone and by our reference', async () => {
    const { candidate, application } = await apply()
    const before = (await call('GET', `/api/v1/candidates/${candidate.id}`)).body.updated_at
    expect((await call('GET', `/api/v1/candidates?updated_after=${before}`)).body.items).toEqual([])
    await call('PATCH', `/api/v1/candidates/${candidate.id}`, { tags: ['重点'] })
    expect((await call('GET', `/api/v1/candidates?updated_after=${before}`)).body.items).toHaveLength(1)
    expect((await call('GET', '/api/v1/candidates?phone=13800138021')).body.items).toHaveLength(1)
    await call('POST', '/api/v1/interviews', interview(application.id))
    expect((await call('GET', '/api/v1/interviews?external_ref=eff-1')).body.items).toHaveLength(1)
    expect((await call('GET', '/api/v1/interviews?external_ref=eff-2')).body.items).toEqual([])
    expect((await call('GET', '/api/v1/candidates?cursor=%21')).status).toBe(422)
  })
  it('have the company’s people and positions with weights that add up', async () => {
    const people = (await call('GET', '/api/v1/persons')).body.items
    expect(list(people).map(person => person['name'])).toContain('苏晴')
    for (const position of list((await call('GET', '/api/v1/positions')).body['items'])) {
      const weights = list(position['competencies']).map(competency => Number(competency['weight']))
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBe(100)
    }
  })
})

describe('interviews', () => {
  it('are created once per key, changed, and deleted', async () => {
    const { application } = await apply()
    const key = { 'idempotency-key': 'a1b2c3d4-0001' }
    const first = await call('POST', '/api/v1/interviews', interview(application.id), key)
    const again = await call('POST', '/api/v1/interviews', interview(application.id), key)
    expect([first.status, again.body.id]).toEqual([201, first.body.id])
    expect(
      (await call('POST', '/api/v1/interviews', interview(application.id, { round: 2 }), key)).status,
    ).toBe(409)
    const path = `/api/v1/interviews/${first.body.id}`
    expect((await call('PATCH', path, { status: 'BOOKED' })).body).toMatchObject({
      status: 'BOOKED',
      type: 'AI',
    })
    expect((await call('DELETE', path)).status).toBe(204)
    expect((await call('DELETE', path)).status).toBe(404)
    expect(ehr.effects.map(effect => effect.verb)).toEqual(['create', 'update', 'delete'])
  })
  it('are one after a cut behind the work and the same call again', async () => {
    const { application } = await apply()
    const key = { 'idempotency-key': 'a1b2c3d4-0002' }
    ehr.faults.add({ on: 'createInterview', fault: { kind: 'cut', when: 'after' } })
    await expect(call('POST', '/api/v1/interviews', interview(application.id), key)).rejects.toThrow()
    expect((await call('POST', '/api/v1/interviews', interview(application.id), key)).status).toBe(201)
    expect(ehr.effects).toHaveLength(1)
  })
  it('need an application that exists and words the document knows', async () => {
    expect(pick((await call('POST', '/api/v1/interviews', interview('app_none'))).body, 'error.code')).toBe(
      'application_unknown',
    )
    const { application } = await apply()
    const wrong = await call('POST', '/api/v1/interviews', interview(application.id, { status: 'scheduled' }))
    expect([wrong.status, pick(wrong.body, 'error.code')]).toEqual([422, 'validation_failed'])
  })
})

describe('assessments', () => {
  const assessment = (more = {}) => ({
    score: 8.64,
    max_score: 10,
    conclusion: 'RECOMMEND',
    reported_at: '2026-12-01T04:00:00Z',
    ...more,
  })
  it('go into standard and custom fields, the last call wins, other custom fields stay', async () => {
    const { candidate } = await apply()
    const path = `/api/v1/candidates/${candidate.id}/assessment`
    const fields = (value: number) => ({ custom_fields: [{ code: 'ai_overall', value }] })
    await call('PATCH', `/api/v1/candidates/${candidate.id}`, {
      custom_fields: [{ code: 'visa_needed', value: false }],
    })
    await call('PUT', path, assessment(fields(8.2)))
    await call('PUT', path, assessment(fields(8.6)))
    const stored = (await call('GET', `/api/v1/candidates/${candidate.id}`)).body
    expect(pick(stored, 'assessment.score')).toBe(8.6)
    expect(stored.custom_fields).toEqual([
      { code: 'visa_needed', name: '需办理签证', value: false },
      { code: 'ai_overall', name: '智能面试总分', value: 8.6 },
    ])
  })
  it.each([
    ['a code nobody defined', { custom_fields: [{ code: 'shoe_size', value: 43 }] }, 'custom_field_unknown'],
    [
      'a value of another type',
      { custom_fields: [{ code: 'ai_overall', value: 'good' }] },
      'custom_field_type',
    ],
    ['a conclusion in other words', { conclusion: 'recommend' }, 'validation_failed'],
  ])('refuse %s', async (_name, more, code) => {
    const { candidate } = await apply()
    const answer = await call('PUT', `/api/v1/candidates/${candidate.id}/assessment`, assessment(more))
    expect([answer.status, pick(answer.body, 'error.code')]).toEqual([422, code])
  })
  it('have full reports by our own reference, written over and taken back', async () => {
    const { application } = await apply()
    const path = `/api/v1/applications/${application.id}/score_reports/rep-1`
    const report = { overall: 8.5, max_score: 10, reported_at: '2026-12-01T04:00:00Z' }
    expect((await call('PUT', path, report)).status).toBe(200)
    expect((await call('PUT', path, { ...report, overall: 8.8 })).status).toBe(200)
    expect(ehr.snapshot()).toMatchObject({ score_reports: [{ ref: 'rep-1', report: { overall: 8.8 } }] })
    expect((await call('DELETE', path)).status).toBe(204)
    expect((await call('DELETE', path)).status).toBe(404)
  })
})

describe('the rest of the document', () => {
  it('moves an application, keeps an offer and a training plan', async () => {
    const { candidate, application } = await apply()
    const moved = await call('PATCH', `/api/v1/applications/${application.id}`, {
      stage: 'AI_INTERVIEW',
      composite: 8.4,
    })
    expect(moved.body.stage).toBe('AI_INTERVIEW')
    const offer = await call('POST', '/api/v1/offers', {
      application_id: application.id,
      salary: 38000,
      external_ref: 'o-1',
    })
    expect(offer.body).toMatchObject({ status: 'DRAFT', candidate_id: candidate.id })
    await call('PATCH', `/api/v1/offers/${offer.body.id}`, { status: 'APPROVED' })
    expect(pick((await call('GET', '/api/v1/offers?external_ref=o-1')).body, 'items.0.status')).toBe(
      'APPROVED',
    )
    const plan = { items: [{ course_code: 'C-101', reason: '系统设计 5.8 分，低于 7 分' }] }
    await call('PUT', `/api/v1/candidates/${candidate.id}/training_plan`, plan)
    expect((await call('GET', `/api/v1/candidates/${candidate.id}`)).body.training_plan).toEqual(plan)
    const page = await call('GET', '/')
    for (const word of ['林知远', '智能面试', '高级后端工程师']) expect(String(page.body)).toContain(word)
  })
})
