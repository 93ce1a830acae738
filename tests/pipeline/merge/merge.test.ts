import { expect, it } from 'vitest'
import type { JsonObject } from '../../../src/kernel/json.js'
import { listFindings } from '../../../src/ledger/list-findings.js'
import { identityKeys, links, refs, sayings } from '../../../src/ledger/schema.js'
import { selectRows } from '../../../src/ledger/table.js'
import { KINDS } from '../../../src/model/kinds.js'
import { lawOf, reduce } from '../../../src/model/reduce.js'
import type { OutFlow } from '../../../src/pipeline/config/types.js'
import { fromRow } from '../../../src/pipeline/fold/apply.js'
import { mergeRecords } from '../../../src/pipeline/merge/merge.js'
import { unmergeRecord } from '../../../src/pipeline/merge/unmerge.js'
import { forEachEngine, type TestEngine } from '../../support/engines.js'
import { configOf, expression, outMapping, type Rig, rig, vendorFlow } from '../rig.js'
import { TENANT } from '../support.js'
import { FakeVendor } from '../vendor.js'

const toAi = (vendor = 'ai') =>
  vendorFlow(
    `candidate-to-${vendor}`,
    'candidate',
    vendor,
    'candidate',
    outMapping(['name', 'source', 'phones'], record => ({
      name: record.data['name'] ?? null,
      source: record.data['source'] ?? null,
    })),
  )

async function open(engine: TestEngine, outbound: readonly OutFlow[], vendors: readonly FakeVendor[]) {
  return rig(await engine.open(), configOf(vendors, outbound))
}

async function two(hub: Rig): Promise<[string, string]> {
  await hub.say('ehr', 'candidate', '17', { name: '张三', phones: ['+8613800000001'] })
  await hub.rest()
  await hub.say('ats', 'candidate', 'a9', { name: '张三丰', source: 'referral', emails: ['z@example.com'] })
  await hub.rest()
  const [one, other] = await hub.records('candidate')
  return [one?.id ?? '', other?.id ?? '']
}

const merge = (hub: Rig, merged: string, into: string) =>
  mergeRecords({ parts: hub.parts, bell: hub.pipeline.bell }, TENANT, { merged, into, by: 'key_test' })
const unmerge = (hub: Rig, merged: string) =>
  unmergeRecord({ parts: hub.parts, bell: hub.pipeline.bell }, TENANT, merged, 'key_test')

async function reduced(hub: Rig, record: string): Promise<JsonObject> {
  const own = await selectRows(hub.ledger, links, 'where t.tenant = $1 and t.record = $2', [TENANT, record])
  const said = await selectRows(hub.ledger, sayings, 'where t.tenant = $1 and t.record = $2', [
    TENANT,
    record,
  ])
  const mine = said.filter(row => own.some(link => link.id === row.link))
  const candidate = KINDS.get('candidate')
  if (!candidate) throw new TypeError('no candidates')
  return reduce(lawOf(candidate), mine.map(fromRow), { rank: () => 0 }).data
}
const byId = async (hub: Rig, kind: string, id: string) =>
  (await hub.records(kind)).find(row => row.id === id)

forEachEngine('a merge', engine => {
  it('gives the record of all sayings of all links, and a Change on each', async () => {
    const hub = await open(engine, [], [])
    const [one, other] = await two(hub)
    const before = await byId(hub, 'candidate', other)
    await merge(hub, other, one)
    const survivor = await byId(hub, 'candidate', one)
    expect(survivor?.data).toEqual({
      name: '张三丰',
      source: 'referral',
      phones: ['+8613800000001'],
      emails: ['z@example.com'],
    })
    expect(survivor?.data).toEqual(await reduced(hub, one))
    expect(await byId(hub, 'candidate', other)).toMatchObject({ was_merged_into: one, data: {} })
    const { rows } = await hub.ledger.query(
      `select record, cause->>'by' as by, previous from hrhub.changes where record = any($1) and cause ? 'merge' order by record`,
      [[one, other]],
    )
    expect(rows).toMatchObject([
      { record: one, by: 'operator' },
      { record: other, by: 'operator', previous: before?.hash },
    ])
    expect(
      (await selectRows(hub.ledger, identityKeys, 'where t.tenant = $1', [TENANT])).map(key => key.record),
    ).toEqual([one, one])
  })

  it('folds what is said later, by either system and by the old id, into the survivor', async () => {
    const hub = await open(engine, [], [])
    const [one, other] = await two(hub)
    await merge(hub, other, one)
    await hub.say('ats', 'candidate', 'a9', { source: 'agency' })
    await hub.say('ai', 'candidate', 's1', { tags: ['seen'] }, { ours: other })
    await hub.rest()
    expect((await byId(hub, 'candidate', one))?.data).toMatchObject({ source: 'agency', tags: ['seen'] })
    expect((await byId(hub, 'candidate', other))?.data).toEqual({})
    const made = await selectRows(hub.ledger, links, 'where t.tenant = $1 and t.connection = $2', [
      TENANT,
      'ai',
    ])
    expect(made).toMatchObject([{ record: one }])
  })

  it('moves the delivery of the merged record where the survivor has none there, and makes no second thing', async () => {
    const ai = new FakeVendor('ai')
    const flow = {
      ...toAi(),
      when: expression('record.source == "referral"', ({ record }) => record.data['source'] === 'referral'),
    }
    const hub = await open(engine, [flow], [ai])
    const [one, other] = await two(hub)
    expect(ai.things.size).toBe(1)
    await merge(hub, other, one)
    await hub.rest()
    expect(ai.calls.map(call => call.verb)).toEqual(['create'])
    await hub.say('ehr', 'candidate', '17', { name: '张四' })
    await hub.rest()
    expect(ai.bodies()).toEqual([{ name: '张四', source: 'referral' }])
    expect(await hub.rows()).toMatchObject([
      { record: one, key: one, external_id: 'ai-1', state: 'delivered' },
    ])
  })

  it('keeps the elder of two things up to date and shows the other as double there', async () => {
    const ai = new FakeVendor('ai')
    const hub = await open(engine, [toAi()], [ai])
    const [one, other] = await two(hub)
    expect(ai.things.size).toBe(2)
    // The elder thing is the merged record's, the younger the survivor's.
    await merge(hub, one, other)
    await hub.rest()
    await hub.say('ats', 'candidate', 'a9', { name: '李四' })
    await hub.rest()
    expect(ai.bodies()).toEqual([
      { name: '李四', source: 'referral' },
      { name: '张三丰', source: 'referral' },
    ])
    expect(ai.calls.map(call => call.verb)).not.toContain('delete')
    const found = await listFindings(hub.ledger, TENANT, { code: 'double_there', limit: 10 })
    expect(found).toMatchObject([
      { about: other, connection: 'ai', detail: { resource: 'candidate', kept: 'ai-1', double: 'ai-2' } },
    ])
    expect((await hub.rows()).map(row => [row.record === other, row.state, row.because])).toContainEqual([
      false,
      'superseded',
      'double there',
    ])
  })

  it('leads references that name the old id to the survivor, in views, links and wake-ups', async () => {
    const ai = new FakeVendor('ai')
    const session = vendorFlow(
      'session',
      'application',
      'ai',
      'session',
      outMapping(['stage', 'candidate', 'candidate>name'], (record, env) => {
        const candidate = String(record.data['candidate'])
        return {
          who: env.external(candidate, 'candidate') ?? null,
          name: record.follow(candidate)?.data['name'] ?? null,
        }
      }),
    )
    const hub = await open(engine, [toAi(), session], [ai])
    const [one, other] = await two(hub)
    await hub.say('ats', 'application', 'p1', { candidate: other, stage: 'applied' })
    await hub.rest()
    await merge(hub, other, one)
    await hub.rest()
    expect(await selectRows(hub.ledger, refs, 'where t.tenant = $1', [TENANT])).toMatchObject([
      { to_record: one },
    ])
    await hub.say('ehr', 'candidate', '17', { name: '王五' })
    await hub.rest()
    expect(ai.bodies('session')).toEqual([{ who: 'ai-1', name: '王五' }])
    // Said again under the old id, it still is one to the survivor.
    await hub.say('ats', 'application', 'p2', { candidate: other, stage: 'screened' })
    await hub.rest()
    expect(
      new Set(
        (await selectRows(hub.ledger, refs, 'where t.tenant = $1', [TENANT])).map(ref => ref.to_record),
      ),
    ).toEqual(new Set([one]))
  })

  it('sends nothing again that happened once for either', async () => {
    const sms = new FakeVendor('sms', { verbs: ['create'] })
    const once = vendorFlow(
      'welcome',
      'candidate',
      'sms',
      'message',
      outMapping(['name'], record => ({ to: record.data['name'] ?? null })),
      { once: [expression('record.id', ({ record }) => record.id)] },
    )
    const hub = await open(engine, [once], [sms])
    const [one, other] = await two(hub)
    expect(sms.calls).toHaveLength(2)
    await merge(hub, other, one)
    await hub.rest()
    await unmerge(hub, other)
    await hub.say('ehr', 'candidate', '17', { name: 'a' })
    await hub.say('ats', 'candidate', 'a9', { name: 'b' })
    await hub.rest()
    expect(sms.calls).toHaveLength(2)
  })

  it('brings an effect that has begun to its end, and its thing under the survivor', async () => {
    const ai = new FakeVendor('ai', { tokens: true })
    const hub = await open(engine, [toAi()], [ai])
    await hub.say('ehr', 'candidate', '17', { name: '张三' })
    await hub.rest()
    ai.faults.push('cut-after')
    await hub.say('ats', 'candidate', 'a9', { name: '李四', source: 'referral' })
    await hub.rest()
    const [one, other] = (await hub.records('candidate')).map(row => row.id)
    expect(await hub.rows()).toContainEqual(expect.objectContaining({ record: other, open: true }))
    await merge(hub, other ?? '', one ?? '')
    await hub.pass(60_000)
    expect(ai.things.size).toBe(2)
    const own = await selectRows(hub.ledger, links, `where t.tenant = $1 and t.connection = 'ai'`, [TENANT])
    expect(own.map(link => link.record)).toEqual([one, one])
    expect((await hub.rows()).filter(row => row.open || row.due_at !== null)).toEqual([])
  })

  it('is refused for a record at work, of another kind, unknown, or merged before; and answers the same twice', async () => {
    const hub = await open(engine, [], [])
    const [one, other] = await two(hub)
    await hub.say('ehr', 'position', 'p', { title: 'x' })
    const position = (await hub.record('position'))?.id ?? ''
    await expect(merge(hub, one, one)).rejects.toMatchObject({ code: 'PIPELINE_MERGE_IMPOSSIBLE' })
    await expect(merge(hub, position, one)).rejects.toMatchObject({ code: 'PIPELINE_MERGE_IMPOSSIBLE' })
    await expect(merge(hub, 'candidate_x', one)).rejects.toMatchObject({ code: 'PIPELINE_ID_UNKNOWN' })
    const first = await merge(hub, other, one)
    expect((await merge(hub, other, one)).id).toBe(first.id)
    await expect(merge(hub, one, other)).rejects.toMatchObject({ code: 'PIPELINE_MERGED_ALREADY' })
  })

  it('is the same whichever of many writers come between', async () => {
    const hub = await open(engine, [], [])
    const [one, other] = await two(hub)
    const says = Array.from({ length: 12 }, (_, i) => [
      hub.say('ats', 'candidate', 'a9', { tags: [`t${i}`] }),
      hub.say('ehr', 'candidate', '17', { custom: { n: i } }),
    ]).flat()
    await Promise.all([...says.slice(0, 12), merge(hub, other, one), ...says.slice(12)])
    await hub.rest()
    const survivor = await byId(hub, 'candidate', one)
    expect(survivor?.data).toEqual(await reduced(hub, one))
    expect(survivor?.data).toMatchObject({ tags: ['t11'], custom: { n: 11 } })
    expect((await byId(hub, 'candidate', other))?.data).toEqual({})
  })
})

forEachEngine('an un-merge', engine => {
  it('moves exactly the links back that the merge moved', async () => {
    const ai = new FakeVendor('ai')
    const hub = await open(engine, [toAi()], [ai])
    const [one, other] = await two(hub)
    const [was, wasOther] = [await byId(hub, 'candidate', one), await byId(hub, 'candidate', other)]
    await hub.say('ats', 'application', 'p1', { candidate: other, stage: 'applied' })
    await merge(hub, other, one)
    await hub.rest()
    await hub.say('sap', 'candidate', 'new', { tags: ['later'] }, { ours: other })
    await hub.rest()
    await unmerge(hub, other)
    await hub.rest()
    expect((await byId(hub, 'candidate', one))?.data).toEqual({ ...was?.data, tags: ['later'] })
    expect(await byId(hub, 'candidate', other)).toMatchObject({ was_merged_into: null, data: wasOther?.data })
    expect(ai.bodies()).toEqual([
      { name: '张三', source: null },
      { name: '张三丰', source: 'referral' },
    ])
    expect(await listFindings(hub.ledger, TENANT, { code: 'double_there', limit: 10 })).toEqual([])
    const [ref] = await selectRows(hub.ledger, refs, 'where t.tenant = $1', [TENANT])
    expect(ref?.to_record).toBe(other)
    const keys = await selectRows(hub.ledger, identityKeys, 'where t.tenant = $1 order by t.key', [TENANT])
    expect(keys.map(({ key, record }) => [key, record])).toEqual([
      ['email:z@example.com', other],
      ['phone:+8613800000001', one],
    ])
  })

  it('lets go of a thing that the survivor had taken over', async () => {
    const ats = new FakeVendor('ats', { verbs: ['update'] })
    ats.things.set('a9', { resource: 'candidate', body: {}, token: '' })
    const hub = await open(engine, [toAi('ats')], [ats])
    const [one, other] = await two(hub)
    await merge(hub, other, one)
    await hub.rest()
    await unmerge(hub, other)
    await hub.say('ehr', 'candidate', '17', { name: '张四' })
    await hub.rest()
    expect(ats.things.get('a9')?.body).toMatchObject({ source: 'referral', name: '张三丰' })
  })

  it('goes back through a chain in order, and answers for all the while', async () => {
    const hub = await open(engine, [], [])
    const [one, other] = await two(hub)
    await hub.say('sap', 'candidate', 's', { tags: ['x'] })
    const third = (await hub.records('candidate')).at(-1)?.id ?? ''
    await merge(hub, one, other)
    await merge(hub, other, third)
    expect((await byId(hub, 'candidate', one))?.was_merged_into).toBe(third)
    await expect(unmerge(hub, one)).rejects.toMatchObject({ code: 'PIPELINE_MERGE_COVERED' })
    await unmerge(hub, other)
    expect((await byId(hub, 'candidate', one))?.was_merged_into).toBe(other)
    await unmerge(hub, one)
    expect((await hub.records('candidate')).map(row => row.was_merged_into)).toEqual([null, null, null])
    expect((await byId(hub, 'candidate', one))?.data).toMatchObject({ name: '张三' })
    await expect(unmerge(hub, one)).rejects.toMatchObject({ code: 'PIPELINE_MERGE_ABSENT' })
  })
})
