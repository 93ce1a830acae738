import { expect, it } from 'vitest'
import { messages } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { inboundKey } from '../../src/pipeline/config/types.js'
import { replayMessages } from '../../src/pipeline/replay.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, inMapping, type Rig, rig } from './rig.js'
import { TENANT } from './support.js'

const ids = async (hub: Rig, connection = 'ehr') =>
  (await selectRows(hub.ledger, messages, 'where t.connection = $1', [connection])).map(row => row.id)

forEachEngine('replay', engine => {
  it.each(['a', 'b', 'c', 'd', 'e', 'f'])(
    'with a mended mapping the record says what the mended one says: %s',
    async word => {
      const hub = rig(await engine.open(), configOf([], []))
      await hub.say('ehr', 'interview', 'i1', { title: 'wrong' })
      const inbound = hub.parts.config(TENANT).inbound as Map<string, unknown>
      const key = inboundKey('ehr', 'interview')
      const [flow] = inbound.get(key) as { mapping: object }[]
      const mended = {
        ...inMapping('interview', (s: object) => ({ ...s, fields: { title: word } })),
        version: 'v2',
      }
      inbound.set(key, [{ ...flow, mapping: mended }])
      await replayMessages({ parts: hub.parts, refolder: hub.pipeline.refolder }, TENANT, await ids(hub))
      expect((await hub.record('interview'))?.data).toMatchObject({ title: word })
    },
  )

  it('with the same mapping changes nothing, and what a mended one no longer says is gone', async () => {
    const hub = rig(await engine.open(), configOf([], []))
    await hub.say('ats', 'interview', 'x1', { custom: { kept: 'by another' } })
    await hub.say('ehr', 'interview', 'i1', { title: 'right', custom: { ghost: 1 } })
    const means = { parts: hub.parts, refolder: hub.pipeline.refolder }
    await replayMessages(means, TENANT, await ids(hub, 'ehr'))
    const before = (await hub.records('interview')).find(row => row.data['title'] === 'right')
    expect(before).toMatchObject({ version: 1 })
    const inbound = hub.parts.config(TENANT).inbound as Map<string, unknown>
    const key = inboundKey('ehr', 'interview')
    const [flow] = inbound.get(key) as { mapping: object }[]
    const mended = inMapping('interview', (said: object) => ({ ...said, fields: { title: 'right' } }))
    inbound.set(key, [{ ...flow, mapping: { ...mended, version: 'v2' } }])
    await replayMessages(means, TENANT, await ids(hub, 'ehr'))
    expect((await hub.records('interview')).map(row => row.data)).toEqual(
      expect.arrayContaining([{ custom: { kept: 'by another' } }, { title: 'right' }]),
    )
  })
})
