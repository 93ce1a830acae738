import { beforeAll, describe, expect, it } from 'vitest'
import { expression, outMapping, vendorFlow } from '../pipeline/rig.js'
import { forEachEngine } from '../support/engines.js'
import { type Door, openDoor } from './door.js'

forEachEngine('operations', engine => {
  let door: Door
  let admin: string
  let ehr: string
  let n = 0

  beforeAll(async () => {
    door = await openDoor(await engine.open(), {
      outbound: () => [
        vendorFlow(
          'to-ai',
          'candidate',
          'ai',
          'candidate',
          outMapping(['name'], record => ({ name: record.data['name'] ?? null })),
        ),
        vendorFlow(
          'tell-once',
          'position',
          'ai',
          'message',
          outMapping(['title'], record => ({ text: record.data['title'] ?? null })),
          { once: [expression('record.id', ({ record }) => record.id)] },
        ),
      ],
    })
    admin = await door.key(['admin'])
    ehr = await door.key(['records:write'], 'ehr')
  })

  const sayName = async (name: string, id = `d${++n}`) => {
    const said = await door.call('PATCH', `/v1/candidates/by/ehr/candidate/${id}`, {
      key: ehr,
      body: { name },
    })
    return said.body
  }
  const deliveryOf = async (record: string) => {
    const [delivery] = (await door.call('GET', `/v1/deliveries?record=${record}`, { key: admin })).body.items
    if (!delivery) throw new Error('no delivery')
    return delivery
  }
  const act = (id: string, action: string, body: unknown = {}) =>
    door.call('POST', `/v1/deliveries/${id}/${action}`, { key: admin, body })
  /** A creation whose answer was lost, at a vendor that can be neither asked nor told twice. */
  const doubtful = async () => {
    door.ai.faults.push('cut-after')
    const { record } = await sayName(`doubt ${n}`)
    await door.rest()
    return deliveryOf(record.id)
  }

  it('shows a delivery with its effect, and the effect with its tries', async () => {
    const { record } = await sayName('张三')
    await door.rest()
    const delivery = await deliveryOf(record.id)
    expect(delivery).toMatchObject({
      flow: 'to-ai',
      connection: 'ai',
      resource: 'candidate',
      record: record.id,
      state: 'delivered',
      attempts: 1,
      effect: { n: 1, verb: 'create', state: 'accepted' },
      external_id: expect.stringMatching(/^ai-/),
      last_error: null,
    })
    expect(delivery['done']).toBe(delivery['wanted'])
    const effect = await door.call('GET', `/v1/effects/${delivery.id}.1`, { key: admin })
    expect(effect.body).toMatchObject({ verb: 'create', tries: [{ outcome: 'accepted', try: 1 }] })
    const list = await door.call('GET', `/v1/effects?record=${record.id}`, { key: admin })
    expect(list.body.items).toMatchObject([{ id: `${delivery.id}.1` }])
    expect(JSON.stringify([delivery, effect.body])).not.toContain('张三')
  })

  describe('release', () => {
    it('takes a person’s word that it arrived, with the id of what was made', async () => {
      const delivery = await doubtful()
      expect(delivery).toMatchObject({ state: 'parked', because: 'unknown' })
      const made = [...door.ai.things.keys()].at(-1) ?? ''
      expect(await act(delivery.id, 'release', { as: 'done' })).toMatchObject({
        status: 422,
        body: { code: 'PIPELINE_RELEASE_ID_MISSING' },
      })
      const calls = door.ai.calls.length
      expect((await act(delivery.id, 'release', { as: 'done', external_id: made })).status).toBe(202)
      await door.rest()
      const after = await door.call('GET', `/v1/deliveries/${delivery.id}`, { key: admin })
      expect(after.body).toMatchObject({
        state: 'delivered',
        external_id: made,
        effect: { state: 'accepted' },
      })
      expect(door.ai.calls.length).toBe(calls)
      expect((await act(delivery.id, 'release', { as: 'done', external_id: made })).body.code).toBe(
        'PIPELINE_EFFECT_CERTAIN',
      )
    })

    it('sends the same bytes under the same token again when a person says that it did not arrive', async () => {
      const delivery = await doubtful()
      const first = door.ai.calls.at(-1)
      expect((await act(delivery.id, 'release', { as: 'again' })).status).toBe(202)
      await door.rest()
      expect(door.ai.calls.at(-1)).toEqual(first)
      const after = await door.call('GET', `/v1/deliveries/${delivery.id}`, { key: admin })
      expect(after.body).toMatchObject({ state: 'delivered', attempts: 2, effect: { n: 1 } })
    })
  })

  describe('redrive', () => {
    it('refuses a delivery in doubt', async () => {
      const delivery = await doubtful()
      expect(await act(delivery.id, 'redrive')).toMatchObject({
        status: 409,
        body: { code: 'PIPELINE_EFFECT_DOUBTFUL' },
      })
      expect((await act(delivery.id, 'cancel')).body.code).toBe('PIPELINE_EFFECT_DOUBTFUL')
      await act(delivery.id, 'release', { as: 'done', external_id: `x${n}` })
      await door.rest()
    })

    it('brings a dead delivery back, from the record as it is now', async () => {
      door.ai.faults.push('refused')
      const { record } = await sayName('dead')
      await door.rest()
      const delivery = await deliveryOf(record.id)
      expect(delivery).toMatchObject({ state: 'dead', last_error: { outcome: 'refused' } })
      expect((await act(delivery.id, 'redrive')).status).toBe(202)
      await door.rest()
      expect(await deliveryOf(record.id)).toMatchObject({ state: 'delivered', effect: { n: 2 } })
    })

    it('sends again what already rests, as an update of the same thing', async () => {
      const { record } = await sayName('again')
      await door.rest()
      const before = await deliveryOf(record.id)
      await act(before.id, 'redrive')
      await door.rest()
      expect(await deliveryOf(record.id)).toMatchObject({
        state: 'delivered',
        external_id: before['external_id'],
        effect: { n: 2, verb: 'update' },
      })
    })

    it('never repeats what may happen once', async () => {
      const said = await door.call('PATCH', '/v1/positions/by/ehr/position/once', {
        key: ehr,
        body: { title: '一次' },
      })
      await door.rest()
      const delivery = await deliveryOf(said.body.record.id)
      expect(delivery).toMatchObject({ flow: 'tell-once', state: 'delivered' })
      expect(await act(delivery.id, 'redrive')).toMatchObject({
        status: 409,
        body: { code: 'PIPELINE_DELIVERY_ONCE' },
      })
    })

    it('redrives all that a filter finds, counting first, and tells how far it is', async () => {
      for (let i = 0; i < 3; i++) {
        door.ai.faults.push('refused')
        await sayName(`many ${i}`)
        await door.rest()
      }
      const all = { filter: { flow: 'to-ai', state: 'dead' } }
      const redrive = (body: unknown) => door.call('POST', '/v1/deliveries/redrive', { key: admin, body })
      expect(await redrive({ ...all, dry_run: true })).toMatchObject({
        status: 200,
        body: { operation: null, matched: 3 },
      })
      const begun = await redrive(all)
      expect(begun).toMatchObject({ status: 202, body: { matched: 3 } })
      await expect
        .poll(
          async () => (await door.call('GET', `/v1/operations/${begun.body.operation}`, { key: admin })).body,
        )
        .toMatchObject({ state: 'done', matched: 3, redriven: 3 })
      await door.rest()
      expect((await redrive({ ...all, dry_run: true })).body['matched']).toBe(0)
      expect(await redrive({ filter: {} })).toMatchObject({ status: 400 })
    })
  })

  it('cancels a wish until the record changes again', async () => {
    door.ai.faults.push('unreachable')
    const id = `d${++n}`
    const { record } = await sayName('cancel', id)
    await door.pipelineIdle()
    const delivery = await deliveryOf(record.id)
    if (delivery['open']) expect((await act(delivery.id, 'cancel')).status).toBe(409)
    door.clock.pass(10_000)
    await door.rest()
    expect((await act(delivery.id, 'cancel')).body.code).toBe('PIPELINE_DELIVERY_SETTLED')
    await door.call('POST', '/v1/connections/ai/pause', { key: admin, body: { because: '维护' } })
    await sayName('cancel 2', id)
    expect(await act(delivery.id, 'cancel')).toMatchObject({
      status: 200,
      body: { state: 'cancelled', because: 'by an operator' },
    })
    await door.call('POST', '/v1/connections/ai/resume', { key: admin, body: {} })
    await door.rest()
    expect(door.ai.calls.at(-1)?.body).toEqual({ name: 'cancel' })
    door.clock.pass(1000)
    await sayName('cancel 3', id)
    await door.rest()
    expect(door.ai.calls.at(-1)?.body).toEqual({ name: 'cancel 3' })
  })

  it('replays a message, and nothing is doubled', async () => {
    const { message, record } = await sayName('replay')
    await door.rest()
    const before = await door.call('GET', `/v1/candidates/${record.id}`, { key: admin })
    const replayed = await door.call('POST', `/v1/messages/${message}/replay`, { key: admin, body: {} })
    expect(replayed).toMatchObject({
      status: 200,
      body: { state: 'folded', verdicts: [{ verdict: 'unchanged' }] },
    })
    expect((await door.call('GET', `/v1/candidates/${record.id}`, { key: admin })).body).toEqual(before.body)
    const unknown = `message_${'0'.repeat(32)}`
    expect(await door.call('POST', `/v1/messages/${unknown}/replay`, { key: admin })).toMatchObject({
      status: 404,
      body: { code: 'PIPELINE_MESSAGE_UNKNOWN' },
    })
  })

  it('finds messages by state, code, record and source, and shows no header’s value', async () => {
    await door.call('POST', '/hooks/hk_ehr/tail-secret', {
      headers: { 'x-secret': 'right' },
      body: '{"id":"bad","phones":7}',
    })
    const bad = await door.call('GET', '/v1/messages?state=invalid&code=MODEL_VALUE_INVALID', { key: admin })
    expect(bad.body.items).toMatchObject([{ connection: 'ehr', source: 'hook', state: 'invalid' }])
    const one = await door.call('GET', `/v1/messages/${bad.body.items[0]?.id}`, { key: admin })
    expect(one.body).toMatchObject({ method: 'POST', body: { id: 'bad', phones: 7 } })
    expect(one.body['headers']).toContain('x-secret')
    expect(one.text).not.toContain('right')
    expect(one.text).not.toContain('tail-secret')
    const { record, message } = await sayName('of a record')
    const about = await door.call('GET', `/v1/messages?record=${record.id}&source=api`, { key: admin })
    expect(about.body.items.map(({ id }) => id)).toEqual([message])
  })

  it('lists connections with their hooks, pauses, resumes and checks them', async () => {
    const list = await door.call('GET', '/v1/connections', { key: admin })
    expect(list.body.items.map(one => [one['connection'], one['hook'], one.state])).toEqual([
      ['ai', 'https://hub.example/hooks/hk_ai', 'active'],
      ['ehr', 'https://hub.example/hooks/hk_ehr', 'active'],
    ])
    const paused = await door.call('POST', '/v1/connections/ai/pause', {
      key: admin,
      body: { because: '维护' },
    })
    expect(paused.body).toMatchObject({ state: 'paused', because: '维护' })
    const calls = door.ai.calls.length
    await sayName('while paused')
    await door.rest()
    expect(door.ai.calls.length).toBe(calls)
    expect((await door.call('POST', '/v1/connections/ai/resume', { key: admin })).body.state).toBe('active')
    await door.rest()
    await expect.poll(() => door.ai.calls.length).toBe(calls + 1)
    expect(await door.call('POST', '/v1/connections/ai/check', { key: admin })).toMatchObject({
      status: 200,
      body: { ok: true, outcome: 'accepted' },
    })
    expect(await door.call('POST', '/v1/connections/nobody/check', { key: admin })).toMatchObject({
      status: 404,
      body: { code: 'PIPELINE_CONNECTION_UNKNOWN' },
    })
  })

  it('counts what it does without a word about anybody', async () => {
    await sayName('隐私')
    await door.rest()
    const { text, status } = await door.call('GET', '/metrics')
    expect(status).toBe(200)
    expect(text).toMatch(/hrhub_attempts_total\{connection="ai",outcome="accepted"\} \d+/)
    expect(text).toMatch(
      /hrhub_http_requests_total\{method="PATCH",route="\/v1\/:kinds\/by\/:connection\/:resource\/:external_id",status="200"\} \d+/,
    )
    expect(text).toContain('hrhub_messages{state="invalid"} 1')
    expect(text).toMatch(/hrhub_ledger_up 1/)
    for (const word of ['隐私', 'candidate_', 'delivery_', 'hk_']) expect(text).not.toContain(word)
  })
})
