import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { JsonObject } from '../../../src/kernel/json.js'
import { openBlobs } from '../../../src/ledger/blobs.js'
import { listFindings } from '../../../src/ledger/list-findings.js'
import { messagesById } from '../../../src/ledger/messages.js'
import { publishChanges } from '../../../src/ledger/publish-changes.js'
import { links, messages } from '../../../src/ledger/schema.js'
import { checkSeals, sealChanges } from '../../../src/ledger/seal-changes.js'
import { selectRows } from '../../../src/ledger/table.js'
import type { OutFlow } from '../../../src/pipeline/config/types.js'
import { askErasure, erasureState } from '../../../src/pipeline/erase/ask.js'
import { finishErasures } from '../../../src/pipeline/erase/finish.js'
import { mergeRecords } from '../../../src/pipeline/merge/merge.js'
import { forEachEngine, type TestEngine } from '../../support/engines.js'
import { configOf, expression, outMapping, type Rig, rig, vendorFlow } from '../rig.js'
import { reference, TENANT } from '../support.js'
import { FakeVendor } from '../vendor.js'

const NAME = '欧阳娜娜'
const PHONE = '+8613800001234'
const MAIL = 'nana@example.com'
const PERSON = { name: NAME, phones: [PHONE], emails: [MAIL], custom: { note: 'secret note' } }

const toAi = (more: Partial<OutFlow> = {}) =>
  vendorFlow(
    'candidate-to-ai',
    'candidate',
    'ai',
    'candidate',
    outMapping(['name', 'phones'], record => ({
      name: record.data['name'] ?? null,
      phone: (record.data['phones'] as readonly string[] | undefined)?.[0] ?? null,
    })),
    more as object,
  )

const open = async (engine: TestEngine, flows: readonly OutFlow[], vendors: readonly FakeVendor[]) =>
  rig(await engine.open(), configOf(vendors, flows))
const ask = (hub: Rig, id: string) =>
  askErasure({ parts: hub.parts, bell: hub.pipeline.bell }, TENANT, id, 'key_dpo')
const idOf = async (hub: Rig, kind = 'candidate') => (await hub.record(kind))?.id ?? ''

/** Every table, as text: what a person with the database would read. */
async function everything(hub: Rig): Promise<string> {
  const { rows: tables } = await hub.ledger.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'hrhub'`,
  )
  const texts: string[] = []
  for (const { name } of tables) {
    const { rows } = await hub.ledger.query(`select t::text as row from hrhub.${name} t`)
    texts.push(...rows.map(row => `${name} ${String(row['row'])}`))
  }
  return texts.join('\n')
}

forEachEngine('an erasure', engine => {
  it('removes what the hub made elsewhere, then every byte, and leaves the chain of changes whole', async () => {
    const ai = new FakeVendor('ai')
    const hub = await open(engine, [toAi()], [ai])
    await hub.say('ehr', 'candidate', 'EHR-000017', PERSON)
    await hub.rest()
    await hub.say('ehr', 'candidate', 'EHR-000018', { name: '别人', phones: ['+8613900009999'] })
    await hub.rest()
    const id = await idOf(hub)
    await ask(hub, id)
    await hub.rest()
    expect(ai.calls.map(call => call.verb)).toEqual(['create', 'create', 'delete'])
    expect(ai.bodies()).toMatchObject([{ name: '别人' }])
    expect((await erasureState(hub.parts, TENANT, id)).rows).toMatchObject([
      { record: id, done_at: expect.any(Number) },
    ])
    const all = await everything(hub)
    for (const value of [NAME, PHONE, PHONE.slice(3), MAIL, 'secret note', 'EHR-000017'])
      expect(all).not.toContain(value)
    expect(all).toContain('别人')
    expect((await hub.rows()).filter(row => row.record === id)).toMatchObject([
      { state: 'cancelled', because: 'erased', sent: null, external_id: null },
    ])
    await publishChanges(hub.ledger)
    await sealChanges(hub.ledger)
    expect(await checkSeals(hub.ledger)).toMatchObject({ broken: [] })
    const { rows } = await hub.ledger.query<{ hash: string; previous: string | null }>(
      'select hash, previous from hrhub.changes where record = $1 order by version',
      [id],
    )
    expect(rows.slice(1).map(row => row.previous)).toEqual(rows.slice(0, -1).map(row => row.hash))
  })

  it('drops what is said later, body and all, whatever the vendor still knows', async () => {
    const hub = await open(engine, [], [new FakeVendor('ehr'), new FakeVendor('ats')])
    await hub.say('ehr', 'candidate', 'EHR-000017', PERSON)
    const id = await idOf(hub)
    await ask(hub, id)
    await hub.rest()
    await hub.say('ehr', 'candidate', 'EHR-000017', { ...PERSON, source: 'again' })
    await hub.say('ats', 'candidate', 'ats-1', { ...PERSON }, { ours: id })
    await hub.say('ats', 'application', 'app-1', {
      candidate: {
        $reference: { kind: 'candidate', of: 'ehr.candidate', id: 'EHR-000017', missing: 'create' },
      },
      custom: { of: NAME },
    })
    await hub.rest()
    const later = await selectRows(hub.ledger, messages, 'where t.tenant = $1 order by t.id', [TENANT])
    expect(later.slice(1).map(row => [row.state, row.body])).toEqual([
      ['erased', ''],
      ['erased', ''],
      ['erased', ''],
    ])
    expect(await everything(hub)).not.toContain(NAME)
    expect((await hub.records('candidate')).map(row => row.id)).toEqual([id])
    expect(await hub.records('application')).toEqual([])
    const known = await selectRows(hub.ledger, links, 'where t.tenant = $1', [TENANT])
    expect(known).toMatchObject([
      { state: 'erased', external_id: expect.stringMatching(/^erased:[0-9a-f]{64}$/) },
    ])
  })

  it('waits for a removal that does not go through, a week at most, and says what is left', async () => {
    const ai = new FakeVendor('ai')
    const hub = await open(engine, [toAi()], [ai])
    await hub.say('ehr', 'candidate', 'EHR-000017', PERSON)
    await hub.rest()
    const id = await idOf(hub)
    ai.faults.push('refused')
    await ask(hub, id)
    await hub.rest()
    const { waiting } = await erasureState(hub.parts, TENANT, id)
    expect(waiting).toMatchObject([{ connection: 'ai', state: 'dead' }])
    expect((await hub.record('candidate'))?.data).toMatchObject({ name: NAME })
    hub.clock.pass(8 * 24 * 60 * 60_000)
    expect(await finishErasures(hub.parts)).toBe(1)
    expect(await everything(hub)).not.toContain(NAME)
    const found = await listFindings(hub.ledger, TENANT, { code: 'erasure_incomplete', limit: 5 })
    expect(found).toMatchObject([{ about: id, connection: 'ai', detail: { resource: 'candidate' } }])
  })

  it('goes by a flow that says what becomes of a record that is gone, and leaves a vendor’s own thing to it', async () => {
    const ehr = new FakeVendor('ehr', { verbs: ['update', 'delete'] })
    for (const thing of ['keep', 'drop'])
      ehr.things.set(thing, { resource: 'candidate', body: {}, token: '' })
    const back = (id: string, more: Partial<OutFlow>) => ({ ...toAi(more), id, connection: 'ehr' }) as OutFlow
    const when = expression(
      'record.gone && record.source == "drop"',
      ({ record }) => record.gone && record.data['source'] === 'drop',
    )
    const hub = await open(engine, [back('back', { removeWhen: when })], [ehr])
    await hub.say('ehr', 'candidate', 'keep', { ...PERSON, source: 'keep' })
    await hub.say('ehr', 'candidate', 'drop', { ...PERSON, source: 'drop' })
    await hub.rest()
    for (const { id } of await hub.records('candidate')) await ask(hub, id)
    await hub.rest()
    expect([...ehr.things.keys()]).toEqual(['keep'])
    expect(await everything(hub)).not.toContain(NAME)
  })

  it('takes along what is about that person alone, and what was merged into it', async () => {
    const hub = await open(engine, [], [])
    await hub.say('ehr', 'candidate', 'EHR-000017', PERSON)
    await hub.say('ats', 'candidate', 'ats-1', { name: `${NAME}二` })
    await hub.say('ehr', 'person', 'interviewer', { name: '面试官' })
    const [one, other] = (await hub.records('candidate')).map(row => row.id)
    const person = await idOf(hub, 'person')
    await hub.say('ehr', 'position', 'p', { title: '工程师' })
    const position = await idOf(hub, 'position')
    await hub.say('ehr', 'application', 'a', { candidate: other ?? '', position, custom: { of: NAME } })
    await hub.say('ehr', 'interview', 'i', {
      application: await idOf(hub, 'application'),
      interviewers: [{ person, role: 'main' }],
    } as JsonObject)
    await hub.say('ai', 'score_report', 'r', {
      interview: await idOf(hub, 'interview'),
      grade: 'A',
      custom: { of: NAME },
    })
    await mergeRecords({ parts: hub.parts, bell: hub.pipeline.bell }, TENANT, {
      merged: other ?? '',
      into: one ?? '',
      by: 'x',
    })
    await hub.rest()
    const { rows } = await ask(hub, other ?? '')
    expect(rows.map(row => row.record.replace(/_[0-9a-f]{32}$/, ''))).toEqual([
      'application',
      'candidate',
      'candidate',
      'interview',
      'score_report',
    ])
    await hub.rest()
    expect(await everything(hub)).not.toContain(NAME)
    expect((await hub.record('person'))?.data).toMatchObject({ name: '面试官' })
    expect((await hub.record('position'))?.data).toMatchObject({ title: '工程师' })
  })

  it('removes files that nobody else names', async () => {
    const hub = await open(engine, [], [])
    const blobs = openBlobs(mkdtempSync(join(tmpdir(), 'hrhub-erase-')))
    const [own, shared] = [await blobs.put(Buffer.from('resume')), await blobs.put(Buffer.from('template'))]
    await hub.say('ehr', 'candidate', 'EHR-000017', { ...PERSON, resume: { blob: own }, portrait: shared })
    await hub.say('ehr', 'candidate', 'EHR-000018', { portrait: shared })
    await ask(hub, await idOf(hub))
    expect(await finishErasures({ ...hub.parts, blobs })).toBe(1)
    expect(await blobs.get(own)).toBeUndefined()
    expect(await blobs.get(shared)).toEqual(Buffer.from('template'))
  })

  it('finds the phone number in messages that were never folded', async () => {
    const hub = await open(engine, [], [])
    await hub.say('ehr', 'candidate', 'EHR-000017', PERSON)
    await hub.say('ehr', 'interview', 'x', {
      candidate: reference('candidate', 'nobody', 'refuse'),
      custom: { tel: PHONE },
    })
    const before = await selectRows(hub.ledger, messages, `where t.tenant = $1 and t.state = 'invalid'`, [
      TENANT,
    ])
    expect(before).toHaveLength(1)
    await ask(hub, await idOf(hub))
    await hub.rest()
    expect(await messagesById(hub.ledger, TENANT, [before[0]?.id ?? ''])).toMatchObject([
      { state: 'erased', body: '' },
    ])
  })

  it('brings a call under way to its end, and removes what it made', async () => {
    const ai = new FakeVendor('ai', { tokens: true })
    const hub = await open(engine, [toAi()], [ai])
    ai.faults.push('cut-after')
    await hub.say('ehr', 'candidate', 'EHR-000017', PERSON)
    await hub.rest()
    await ask(hub, await idOf(hub))
    await hub.pass(60_000)
    expect(ai.things.size).toBe(0)
    expect(await everything(hub)).not.toContain(NAME)
  })

  it('is final while writers go on', async () => {
    const hub = await open(engine, [], [])
    await hub.say('ehr', 'candidate', 'EHR-000017', PERSON)
    const id = await idOf(hub)
    const says = Array.from({ length: 8 }, (_, i) =>
      hub.say('ehr', 'candidate', 'EHR-000017', { ...PERSON, tags: [`t${i}`] }),
    )
    await Promise.all([...says, ask(hub, id).then(() => finishErasures(hub.parts))])
    await hub.rest()
    expect(await everything(hub)).not.toContain(NAME)
  })
})
