import { expect, it } from 'vitest'
import { countStates } from '../../src/ledger/count-states.js'
import type { Ledger } from '../../src/ledger/engine/types.js'
import { noteFindings } from '../../src/ledger/findings.js'
import { listFindings } from '../../src/ledger/list-findings.js'
import { forEachEngine } from '../support/engines.js'

const NOW = Date.parse('2026-03-01T10:00:00Z')

const note = (ledger: Ledger, about: string, at: number, code = 'contested') =>
  noteFindings(ledger, 'acme', [{ code, about, connection: 'ehr', detail: { path: 'name' } }], at)

forEachEngine('findings', engine => {
  it('come newest first, page by page, and one that is counted again stays in its place', async () => {
    const ledger = await engine.open()
    const names = Array.from({ length: 9 }, (_, i) => `candidate_${i}`)
    for (const [i, name] of names.entries()) await note(ledger, name, NOW + i)
    await noteFindings(ledger, 'other', [{ code: 'x', about: 'y', connection: null, detail: {} }], NOW + 99)
    const first = await listFindings(ledger, 'acme', { limit: 4 })
    await note(ledger, 'candidate_2', NOW + 1000)
    const second = await listFindings(ledger, 'acme', { limit: 9, before: first.at(-1) })
    const both = [...first, ...second]
    expect(both.map(row => row.about)).toEqual([...names].reverse())
    expect(both.find(row => row.about === 'candidate_2')).toMatchObject({
      times: 2,
      first_at: NOW + 2,
      last_at: NOW + 1000,
    })
  })

  it('of one moment come each once', async () => {
    const ledger = await engine.open()
    for (let i = 0; i < 7; i++) await note(ledger, `candidate_${i}`, NOW)
    const seen: string[] = []
    let before: Awaited<ReturnType<typeof listFindings>>[number] | undefined
    for (;;) {
      const page = await listFindings(ledger, 'acme', { limit: 2, before })
      if (page.length === 0) break
      seen.push(...page.map(row => row.about))
      before = page.at(-1)
    }
    expect(seen.sort()).toEqual(Array.from({ length: 7 }, (_, i) => `candidate_${i}`))
  })

  it('are found by a flow, and by how what they are about stands now', async () => {
    const ledger = await engine.open()
    await ledger.query(
      `insert into hrhub.messages (tenant, id, connection, source, received_at, head, body, state, verdicts)
       values ('acme', 'message_1', 'ehr', 'hook', now(), '{}', '', 'waiting', '[]'),
              ('acme', 'message_2', 'ehr', 'hook', now(), '{}', '', 'folded', '[]'),
              ('other', 'message_2', 'ehr', 'hook', now(), '{}', '', 'waiting', '[]')`,
    )
    await note(ledger, 'message_1', NOW)
    await note(ledger, 'message_2', NOW)
    await noteFindings(
      ledger,
      'acme',
      [{ code: 'wait_overdue', about: 'elsewhere', connection: 'ehr', detail: { flow: 'people' } }],
      NOW,
    )
    const about = async (filter: { readonly flow?: string; readonly state?: string }) =>
      (await listFindings(ledger, 'acme', { ...filter, limit: 9 })).map(row => row.about)
    expect(await about({ state: 'waiting' })).toEqual(['message_1'])
    expect(await about({ flow: 'people' })).toEqual(['elsewhere'])
    expect(await about({ flow: 'people', state: 'waiting' })).toEqual([])
  })

  it('are counted by code beside what else waits for a person', async () => {
    const ledger = await engine.open()
    expect(await countStates(ledger, NOW)).toMatchObject({ findings: {}, proposals: 0, stopped: {} })
    await note(ledger, 'candidate_1', NOW)
    await note(ledger, 'candidate_2', NOW)
    await note(ledger, 'message_1', NOW, 'wait_overdue')
    await ledger.query(
      `insert into hrhub.merge_proposals (tenant, kind, first, second, key, state, created_at)
       values ('acme', 'candidate', 'a', 'b', 'phone:1', 'open', now()),
              ('acme', 'candidate', 'a', 'c', 'phone:2', 'rejected', now())`,
    )
    expect(await countStates(ledger, NOW)).toMatchObject({
      findings: { contested: 2, wait_overdue: 1 },
      proposals: 1,
    })
  })
})
