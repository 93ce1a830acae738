import { expect, it } from 'vitest'
import { listProposals } from '../../../src/ledger/merge-proposals.js'
import { acceptProposal, mergeProposed, rejectProposal } from '../../../src/pipeline/merge/decide.js'
import { unmergeRecord } from '../../../src/pipeline/merge/unmerge.js'
import { forEachEngine } from '../../support/engines.js'
import { configOf, type Rig, rig } from '../rig.js'
import { TENANT } from '../support.js'

const means = (hub: Rig) => ({ parts: hub.parts, bell: hub.pipeline.bell })
const proposals = (hub: Rig) => listProposals(hub.ledger, TENANT, { limit: 10 })
const standing = async (hub: Rig) =>
  (await hub.records('candidate')).filter(row => row.was_merged_into === null)

async function two(hub: Rig, autoMerge?: readonly string[]): Promise<void> {
  const mail = ['z@example.com']
  await hub.say('ehr', 'candidate', '17', { name: '张三', emails: mail })
  await hub.say('ats', 'candidate', 'a9', { name: '李四' })
  await hub.say(
    'ats',
    'candidate',
    'a9',
    { emails: mail, phones: ['+8613800000001'] },
    { match: { emails: mail }, ...(autoMerge ? { autoMerge } : {}) },
  )
  await hub.rest()
}

forEachEngine('a key that leads to two records', engine => {
  it('only proposes, and what was rejected is not proposed again by the same key', async () => {
    const hub = rig(await engine.open(), configOf([], []))
    await two(hub)
    const [found] = await proposals(hub)
    expect(found).toMatchObject({ state: 'open', auto: false, key: 'email:z@example.com' })
    await rejectProposal(means(hub), TENANT, found?.id ?? '', 'key_hr')
    await two(hub)
    expect(await proposals(hub)).toMatchObject([{ state: 'rejected', decided_by: 'key_hr' }])
    expect(await standing(hub)).toHaveLength(2)
    // Another key is another reason.
    await hub.say('ehr', 'candidate', '17', { phones: ['+8613800000001'] })
    expect((await proposals(hub)).map(row => [row.key, row.state])).toContainEqual([
      'phone:+8613800000001',
      'open',
    ])
  })

  it('is merged into the elder when a person accepts, and stays decided', async () => {
    const hub = rig(await engine.open(), configOf([], []))
    await two(hub)
    const [elder] = await hub.records('candidate')
    const [found] = await proposals(hub)
    const merge = await acceptProposal(means(hub), TENANT, found?.id ?? '', undefined, 'key_hr')
    expect(merge?.survivor).toBe(elder?.id)
    expect(await standing(hub)).toMatchObject([{ data: { name: '李四', emails: ['z@example.com'] } }])
    expect(await proposals(hub)).toMatchObject([{ state: 'accepted', decided_by: 'key_hr' }])
    await expect(acceptProposal(means(hub), TENANT, found?.id ?? '', undefined, 'x')).rejects.toMatchObject({
      code: 'PIPELINE_PROPOSAL_DECIDED',
    })
  })

  it('is merged at once by a key of auto_merge, and not again after a person took it back', async () => {
    const hub = rig(await engine.open(), configOf([], []))
    await two(hub, ['emails'])
    expect(await standing(hub)).toHaveLength(1)
    expect(await proposals(hub)).toMatchObject([{ state: 'accepted', decided_by: 'auto_merge', auto: true }])
    const merged = (await hub.records('candidate')).find(row => row.was_merged_into !== null)?.id ?? ''
    await unmergeRecord(means(hub), TENANT, merged, 'key_hr')
    await two(hub, ['emails'])
    expect(await standing(hub)).toHaveLength(2)
    expect(await proposals(hub)).toMatchObject([{ state: 'rejected' }])
  })

  it('is merged by the sweep where a record was at work', async () => {
    const hub = rig(await engine.open(), configOf([], []))
    await two(hub)
    await hub.ledger.query(`update hrhub.merge_proposals set auto = true`)
    await hub.ledger.query(
      `insert into hrhub.deliveries (tenant, id, flow, key, record, connection, resource, state, wants, wanted, claim, created_at, updated_at)
       select tenant, 'delivery_x', 'f', id, id, 'ai', 'x', 'in_flight', 'there', 1, 'me', now(), now() from hrhub.records limit 1`,
    )
    expect(await mergeProposed(means(hub))).toBe(0)
    await hub.ledger.query(`update hrhub.deliveries set claim = null`)
    await hub.rest()
    expect(await standing(hub)).toHaveLength(1)
  })
})
