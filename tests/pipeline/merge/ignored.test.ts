import { expect, it } from 'vitest'
import { listFindings } from '../../../src/ledger/list-findings.js'
import { listProposals } from '../../../src/ledger/merge-proposals.js'
import { MOST_SERVED } from '../../../src/pipeline/fold/identity-keys.js'
import { forEachEngine } from '../../support/engines.js'
import { configOf, type Rig, rig } from '../rig.js'
import { TENANT } from '../support.js'

const HR = 'hr@agency.example'
const apply = (hub: Rig, id: string, mail = HR) =>
  hub.say('ehr', 'candidate', id, { name: id, emails: [mail] }, { match: { emails: [mail] } })
const proposals = (hub: Rig) => listProposals(hub.ledger, TENANT, { limit: 50 })

forEachEngine('an identity key that is nobody’s', engine => {
  it('neither joins nor proposes where the ignore table names it, however it is written', async () => {
    const config = { ...configOf([], []), ignoredIdentities: new Set([HR]) }
    const hub = rig(await engine.open(), config)
    await apply(hub, '1')
    await apply(hub, '2', ' HR@Agency.example')
    await hub.rest()
    expect(await hub.records('candidate')).toHaveLength(2)
    expect(await proposals(hub)).toEqual([])
  })

  it('stops joining when it has served too many, and is shown', async () => {
    const hub = rig(await engine.open(), configOf([], []))
    for (let i = 0; i < MOST_SERVED + 2; i++) await apply(hub, `c${i}`)
    await hub.rest()
    expect(await hub.records('candidate')).toHaveLength(3)
    expect(await proposals(hub)).toEqual([])
    const found = await listFindings(hub.ledger, TENANT, { code: 'identity_key_shared', limit: 5 })
    expect(found).toMatchObject([{ detail: { key: 'email', served: MOST_SERVED } }])
    expect(JSON.stringify(found)).not.toContain('agency')
  })

  it('stops proposing when it stood at too many records', async () => {
    const hub = rig(await engine.open(), configOf([], []))
    for (let i = 0; i < MOST_SERVED + 2; i++) await hub.say('ehr', 'candidate', `c${i}`, { emails: [HR] })
    await hub.rest()
    expect(await hub.records('candidate')).toHaveLength(MOST_SERVED + 2)
    expect(await proposals(hub)).toHaveLength(MOST_SERVED - 1)
  })
})
