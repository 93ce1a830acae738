import { expect, it } from 'vitest'
import { forEachEngine } from '../support/engines.js'
import { openDoor } from './door.js'

forEachEngine('merging records', engine => {
  it('moves one into the other, answers the old id with 308, and takes it back', async () => {
    const door = await openDoor(await engine.open())
    const ehr = await door.key(['records:read', 'records:write'], 'ehr')
    const hr = await door.key(['records:read', 'records:merge'])
    const say = async (id: string, body: object) =>
      (await door.call('PATCH', `/v1/candidates/by/ehr/candidate/${id}`, { key: ehr, body })).body.record.id
    const one = await say('17', { name: '张三', emails: ['z@example.com'] })
    const other = await say('18', { source: 'web', emails: ['z@example.com'] })
    const { body: list } = await door.call('GET', `/v1/merge-proposals?record=${one}`, { key: hr })
    expect(list.items).toMatchObject([{ state: 'open', key: 'email', records: [one, other].sort() }])
    expect(JSON.stringify(list)).not.toContain('example.com')

    const merge = (id: string, into: string, key = hr) =>
      door.call('POST', `/v1/candidates/${id}/merge`, { key, body: { into } })
    expect(await merge(other, one, ehr)).toMatchObject({ status: 403 })
    expect(await merge(other, other)).toMatchObject({
      status: 422,
      body: { code: 'PIPELINE_MERGE_IMPOSSIBLE' },
    })
    expect(await merge(other, one)).toMatchObject({ status: 200, body: { merged: other, survivor: one } })
    const old = await door.call('GET', `/v1/candidates/${other}`, { key: hr })
    expect([old.status, old.headers['location']]).toEqual([308, `/v1/candidates/${one}`])
    expect(await door.call('GET', `/v1/candidates/${one}`, { key: hr })).toMatchObject({
      body: { data: { name: '张三', source: 'web' }, links: [{ id: '17' }, { id: '18' }] },
    })
    expect(await say('18', { source: 'fair' })).toBe(one)
    expect((await door.call('GET', '/v1/merge-proposals?state=open', { key: hr })).body.items).toEqual([])
    const life = await door.call('GET', `/v1/candidates/${one}/timeline`, { key: hr })
    expect(life.text).toContain(`${other} was merged into it`)

    const back = await door.call('POST', `/v1/candidates/${other}/unmerge`, { key: hr })
    expect(back).toMatchObject({ status: 200, body: { merged: other, undone_at: expect.any(String) } })
    expect(await door.call('GET', `/v1/candidates/${other}`, { key: hr })).toMatchObject({
      status: 200,
      body: { data: { source: 'fair', emails: ['z@example.com'] } },
    })
    expect(await door.call('POST', `/v1/candidates/${other}/unmerge`, { key: hr })).toMatchObject({
      status: 409,
    })
  })

  it('accepts and rejects proposals', async () => {
    const door = await openDoor(await engine.open())
    const ehr = await door.key(['records:read', 'records:write'], 'ehr')
    const hr = await door.key(['records:read', 'records:merge'])
    const ids = []
    for (const id of ['1', '2', '3']) {
      door.clock.pass(1000)
      ids.push(
        (
          await door.call('PATCH', `/v1/candidates/by/ehr/candidate/${id}`, {
            key: ehr,
            body: { emails: ['z@example.com'], name: id },
          })
        ).body.record.id,
      )
    }
    const { body } = await door.call('GET', '/v1/merge-proposals?state=open', { key: hr })
    const [second, first] = body.items
    const accepted = await door.call('POST', `/v1/merge-proposals/${first?.id}/accept?into=${ids[1]}`, {
      key: hr,
    })
    expect(accepted).toMatchObject({ status: 200, body: { state: 'accepted' } })
    expect((await door.call('GET', `/v1/candidates/${ids[0]}`, { key: hr })).headers['location']).toContain(
      ids[1],
    )
    const rejected = await door.call('POST', `/v1/merge-proposals/${second?.id}/reject`, { key: hr })
    expect(rejected).toMatchObject({ status: 200, body: { state: 'rejected' } })
    expect(await door.call('POST', `/v1/merge-proposals/${second?.id}/accept`, { key: hr })).toMatchObject({
      status: 409,
      body: { code: 'PIPELINE_PROPOSAL_DECIDED' },
    })
  })
})
