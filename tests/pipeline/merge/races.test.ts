import { afterEach, expect, it, vi } from 'vitest'
import { identityKeys, links, messages } from '../../../src/ledger/schema.js'
import { selectRows } from '../../../src/ledger/table.js'
import { mergeRecords } from '../../../src/pipeline/merge/merge.js'
import { forEachEngine } from '../../support/engines.js'
import { configOf, type Rig, rig } from '../rig.js'
import { TENANT } from '../support.js'

const PHONE = '+8613800000009'
const merge = (hub: Rig, merged: string, into: string) =>
  mergeRecords({ parts: hub.parts, bell: hub.pipeline.bell }, TENANT, { merged, into, by: 'key_test' })
const linkOf = async (hub: Rig, connection: string) =>
  (await selectRows(hub.ledger, links, 'where t.tenant = $1 and t.connection = $2', [TENANT, connection]))[0]
const GIVE = `insert into hrhub.identity_keys (tenant, kind, key, record) values ($1, 'candidate', $2, $3)`

forEachEngine('a merge and folds beside it', engine => {
  afterEach(() => vi.restoreAllMocks())

  async function start() {
    const hub = rig(await engine.open(), configOf([], []))
    await hub.say('ehr', 'candidate', '17', { name: '张三' })
    await hub.say('ats', 'candidate', 'a9', { name: '张三丰' })
    const [one = '', other = ''] = (await hub.records('candidate')).map(row => row.id)
    const stranger = () =>
      hub.say('sap', 'candidate', 's1', { tags: ['later'] }, { match: { phones: [PHONE] } })
    return { hub, one, other, stranger }
  }

  if (engine.name === 'postgres')
    it('takes along a key that came to the merged record between its locks', async () => {
      const { hub, one, other, stranger } = await start()
      let commit = () => {}
      const mayCommit = new Promise<void>(resolve => {
        commit = resolve
      })
      let holding = () => {}
      const held = new Promise<void>(resolve => {
        holding = resolve
      })
      const fold = hub.ledger.transaction(async tx => {
        await tx.query(GIVE, [TENANT, `phone:${PHONE}`, other])
        await tx.query('select from hrhub.records where tenant = $1 and id = $2 for update', [TENANT, other])
        holding()
        await mayCommit
      })
      await held
      const merging = merge(hub, other, one)
      await expect
        .poll(async () => {
          const { rowCount } = await hub.ledger.query(
            `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
          )
          return rowCount
        })
        .toBe(1)
      commit()
      await fold
      expect((await merging).moved.keys).toEqual([`candidate\nphone:${PHONE}`])
      expect(await selectRows(hub.ledger, identityKeys, '')).toMatchObject([{ record: one }])
      await stranger()
      expect(await linkOf(hub, 'sap')).toMatchObject({ record: one })
    })

  it('leads by a key that stayed on a merged record to the one that answers for it', async () => {
    const { hub, one, other, stranger } = await start()
    await merge(hub, other, one)
    await hub.ledger.query(GIVE, [TENANT, `phone:${PHONE}`, other])
    await stranger()
    expect(await linkOf(hub, 'sap')).toMatchObject({ record: one })
    await hub.say('sap', 'candidate', 's1', { phones: [PHONE] })
    expect((await hub.records('candidate')).find(row => row.id === one)?.data).toMatchObject({
      tags: ['later'],
      phones: [PHONE],
    })
    expect((await hub.ledger.query('select from hrhub.merge_proposals')).rowCount).toBe(0)
  })

  it('hold up nobody else of a batch where one loses every race', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined)
    const { hub, one, other } = await start()
    await merge(hub, other, one)
    // A link that leads to a merged record: no fold through it can be won.
    await hub.ledger.query(`update hrhub.links set record = $1 where connection = 'ats'`, [other])
    await Promise.all([
      hub.say('ats', 'candidate', 'a9', { tags: ['lost'] }),
      hub.say('ehr', 'candidate', '17', { tags: ['kept'] }),
      hub.say('hris', 'candidate', 'h1', { name: '李四' }),
    ])
    await hub.pipeline.idle()
    const said = await selectRows(hub.ledger, messages, 'where t.tenant = $1 order by t.id', [TENANT])
    expect(said.slice(-3).map(row => [row.connection, row.state])).toEqual([
      ['ats', 'defect'],
      ['ehr', 'folded'],
      ['hris', 'folded'],
    ])
    expect(said.at(-3)?.verdicts).toMatchObject([{ code: 'PIPELINE_RACE_LOST' }])
    expect((await hub.records('candidate')).find(row => row.id === one)?.data['tags']).toEqual(['kept'])
  })
})
