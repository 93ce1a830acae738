import { expect, it } from 'vitest'
import {
  type ComparedMessages,
  compareMessages,
  type Different,
} from '../../../src/pipeline/compare/compare-messages.js'
import { compareRecords } from '../../../src/pipeline/compare/compare-records.js'
import { scopeOf } from '../../../src/pipeline/compare/scope.js'
import type { TenantConfig } from '../../../src/pipeline/config/types.js'
import { forEachEngine } from '../../support/engines.js'
import type { Rig } from '../rig.js'
import { asSaid, everything, mendedRig, messageIds, NAME, refuses, withFields } from './mended.js'

async function compared({ parts }: Rig, config: TenantConfig) {
  const scope = scopeOf(config, NAME)
  const different: Different[] = []
  let scanned = 0
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: ComparedMessages = await compareMessages(parts, config, scope, { since: 0, after })
    different.push(...page.different)
    scanned += page.scanned
    after = page.next
  }
  const about = new Map<string, string[]>()
  for (const { id, records } of different)
    for (const record of records) about.set(record, [...(about.get(record) ?? []), id])
  const subjects = [...about].map(([record, messages]) => ({ record, messages }))
  return { scanned, different, records: await compareRecords(parts, config, scope, subjects) }
}

forEachEngine('comparing a mapping with what was said', engine => {
  it('by the same rules nothing differs: neither what was folded nor refused, nor what was said twice', async () => {
    const { hub, mended } = mendedRig(await engine.open(), refuses('wrong'))
    await hub.say('ehr', 'candidate', 'c1', { name: 'Li', skills: [{ name: 'Go' }] })
    await hub.say('ehr', 'candidate', 'c1', { name: 'Li' }, { occurredAt: 5000 })
    await hub.say('ehr', 'candidate', 'c1', { name: 'Li' }, { occurredAt: 5000 })
    await hub.say('ehr', 'candidate', 'c2', { name: 'wrong' })
    expect(await compared(hub, mended(refuses('wrong')))).toEqual({ scanned: 4, different: [], records: [] })
  })

  it('tells what the record would become, and writes nothing', async () => {
    const { hub, mended } = mendedRig(await engine.open())
    await hub.say('ehr', 'candidate', 'c1', { name: 'li', source: 'referral' })
    await hub.say('ehr', 'candidate', 'c2', { source: 'referral' })
    const before = await everything(hub)
    const upper = withFields(fields =>
      typeof fields['name'] === 'string' ? { ...fields, name: fields['name'].toUpperCase() } : fields,
    )
    const { scanned, different, records } = await compared(hub, mended(upper))
    const [record] = await hub.records('candidate')
    expect(scanned).toBe(2)
    expect(different.map(one => one.id)).toEqual((await messageIds(hub)).slice(0, 1))
    expect(records).toEqual([
      {
        record: record?.id,
        kind: 'candidate',
        made: false,
        changes: [{ path: 'name', before: 'li', after: 'LI' }],
      },
    ])
    expect(await everything(hub)).toEqual(before)
  })

  it('a value that loses to another system changes no record', async () => {
    const { hub, mended } = mendedRig(await engine.open(), asSaid, { ats: 5 })
    await hub.say('ehr', 'candidate', 'c1', { name: 'Li' })
    const [record] = await hub.records('candidate')
    await hub.say('ats', 'candidate', 'x1', { name: 'Li Lei' }, { ours: record?.id ?? '' })
    expect(await hub.records('candidate')).toHaveLength(1)
    const { different, records } = await compared(hub, mended(withFields(() => ({ name: 'other' }))))
    expect(different).toHaveLength(1)
    expect(records).toEqual([{ record: record?.id, kind: 'candidate', made: false, changes: [] }])
  })

  it('reduces all that one thing said, over more pages than one', async () => {
    const { hub, mended } = mendedRig(await engine.open())
    for (let i = 1; i <= 70; i++)
      await hub.say('ehr', 'candidate', 'c1', { name: `n${i}`, source: 'referral' })
    const { scanned, different, records } = await compared(
      hub,
      mended(withFields(({ name }) => ({ name: `${String(name)}!` }))),
    )
    expect([scanned, different.length, records.length]).toEqual([70, 70, 1])
    expect(records[0]?.changes).toEqual([
      { path: 'name', before: 'n70', after: 'n70!' },
      { path: 'source', before: 'referral', after: null },
    ])
  })

  it('names what would be refused that was not, and the other way round, with the place', async () => {
    const { hub, mended } = mendedRig(await engine.open(), refuses('a'))
    await hub.say('ehr', 'candidate', 'c1', { name: 'a' })
    await hub.say('ehr', 'candidate', 'c2', { name: 'b' })
    const { different, records } = await compared(hub, mended(refuses('b')))
    expect(different.map(one => one.turned)).toMatchObject([
      [{ from: 'invalid', to: 'folded', code: 'MAPPING_VALUE_UNKNOWN', where: { line: 7 } }],
      [{ from: 'folded', to: 'invalid', code: 'MAPPING_VALUE_UNKNOWN', where: { line: 7 } }],
    ])
    expect(records.map(({ made, changes }) => [made, changes])).toEqual([
      [
        true,
        [
          { path: '$new', before: null, after: true },
          { path: 'name', before: null, after: 'a' },
        ],
      ],
      [false, [{ path: 'name', before: 'b', after: null }]],
    ])
  })

  it('a thing that another identity would name leaves its record and makes one', async () => {
    const { hub, mended } = mendedRig(await engine.open())
    await hub.say('ehr', 'candidate', 'c1', { name: 'Li' })
    const { records } = await compared(
      hub,
      mended(said => ({ ...said, identity: `n-${said.identity}` })),
    )
    expect(records.map(({ made, changes }) => [made, changes.map(change => change.path)])).toEqual([
      [false, ['name']],
      [true, ['$new', 'name']],
    ])
  })

  it('a mapping that no flow reads by is refused by name', async () => {
    const { hub } = mendedRig(await engine.open())
    const config = hub.parts.config('default')
    expect(() => scopeOf(config, 'nobody.in')).toThrow(
      expect.objectContaining({ code: 'PIPELINE_MAPPING_UNUSED' }),
    )
    expect(() => scopeOf(config, NAME, 'ats')).toThrow(
      expect.objectContaining({ code: 'PIPELINE_MAPPING_UNUSED' }),
    )
  })
})
