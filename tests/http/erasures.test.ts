import { expect, it } from 'vitest'
import { forEachEngine } from '../support/engines.js'
import { openDoor } from './door.js'

forEachEngine('erasing a record', engine => {
  it('answers how far it is, 410 for the record, and drops what is said of it later', async () => {
    const door = await openDoor(await engine.open())
    const ehr = await door.key(['records:read', 'records:write'], 'ehr')
    const officer = await door.key(['records:read', 'records:erase'])
    const at = '/v1/candidates/by/ehr/candidate/17'
    const headers = { 'idempotency-key': 'once' }
    const said = await door.call('PATCH', at, { key: ehr, body: { name: '欧阳娜娜' }, headers })
    const { id } = said.body.record
    const url = `/v1/candidates/${id}`
    expect(await door.call('POST', `${url}/erase`, { key: ehr })).toMatchObject({ status: 403 })
    expect(await door.call('GET', `${url}/erasure`, { key: officer })).toMatchObject({ status: 404 })
    expect(await door.call('POST', `${url}/erase`, { key: officer })).toMatchObject({
      status: 202,
      body: { record: id, state: 'removing', records: 1, waiting: [], done_at: null },
    })
    expect(await door.call('GET', url, { key: officer })).toMatchObject({
      status: 410,
      body: { code: 'PIPELINE_RECORD_ERASED' },
    })
    await door.rest()
    expect(await door.call('GET', `${url}/erasure`, { key: officer })).toMatchObject({
      body: { state: 'done', done_at: expect.any(String) },
    })
    // Asked again it is the same erasure.
    expect(await door.call('POST', `${url}/erase`, { key: officer })).toMatchObject({
      body: { state: 'done' },
    })
    expect((await door.call('GET', '/v1/candidates', { key: officer })).body.items).toEqual([])
    const later = await door.call('PATCH', at, { key: ehr, body: { name: '欧阳娜娜' } })
    expect(later).toMatchObject({ status: 200, body: { verdict: 'erased', record: null } })
    const again = await door.call('PATCH', at, { key: ehr, body: { name: '欧阳娜娜' }, headers })
    expect(again.text).not.toContain('欧阳')
    const replay = await door.call('POST', `/v1/messages/${said.body.message}/replay`, {
      key: await door.key(['messages:write']),
    })
    expect(replay).toMatchObject({ status: 409, body: { code: 'PIPELINE_MESSAGE_ERASED' } })
  })
})
