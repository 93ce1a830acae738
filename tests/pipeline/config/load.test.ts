import { afterEach, describe, expect, it } from 'vitest'
import type { ReadPath } from '../../../src/mapping/types.js'
import type { TenantConfig } from '../../../src/pipeline/config/types.js'
import {
  CAL_DOCUMENT,
  CONNECTIONS,
  FLOWS,
  GOOD,
  load,
  loadOne,
  OWNERSHIP,
  places,
  removeFolders,
  writeFolder,
} from './kit.js'

afterEach(removeFolders)

const flowOf = (tenant: TenantConfig, id: string) => {
  const flow = tenant.outbound.get(id)
  if (!flow) throw new Error(`no flow ${id}`)
  return flow
}
const readsOf = (reads: readonly ReadPath[]) =>
  reads.map(({ via, path }) => [...via, path].join(' > ')).sort()

describe('a sound folder', () => {
  it('becomes a configuration without a problem', async () => {
    const { tenant, problems } = await loadOne(GOOD)
    expect(problems).toEqual([])
    expect(tenant.tenant).toBe('acme')
    expect([...tenant.connections.keys()]).toEqual(['ai', 'cal'])
    expect([...tenant.inbound.keys()]).toEqual(['ai.report'])
  })

  it('is found under every name a flow ever had', async () => {
    const { tenant } = await loadOne(GOOD)
    expect(tenant.outbound.get('old-name')).toBe(tenant.outbound.get('interview-to-calendar'))
    expect(tenant.outboundOf.get('interview')?.map(({ id }) => id)).toEqual([
      'session-to-ai',
      'interview-to-calendar',
      'attendees',
      'late-reminder',
    ])
  })

  it('carries every word of a flow, with defaults where nothing is said', async () => {
    const { tenant } = await loadOne(GOOD)
    expect(flowOf(tenant, 'late-reminder')).toMatchObject({
      to: 'vendor',
      connection: 'cal',
      resource: 'message',
      until: 7_200_000,
      waitFor: 86_400_000,
      ifGone: 'recreate',
      everyChange: false,
      backfill: false,
    })
    expect(flowOf(tenant, 'late-reminder').once?.map(({ text }) => text)).toEqual([
      'record.id',
      'record.schedule.start',
    ])
    expect(flowOf(tenant, 'session-to-ai').removeWhen).toBe('otherwise')
    expect(flowOf(tenant, 'attendees').each?.list).toBe('interviewers')
    expect(flowOf(tenant, 'offer-on-high-score')).toMatchObject({
      to: 'hub',
      connection: 'hub',
      resource: 'offer',
    })
    const calendar = flowOf(tenant, 'interview-to-calendar')
    expect(calendar.to === 'vendor' && calendar.answer?.name).toBe('cal/event-made.in')
  })

  it('knows what a flow reads, in its words, its mapping and behind references', async () => {
    const { tenant } = await loadOne(GOOD)
    expect(readsOf(flowOf(tenant, 'interview-to-calendar').reads)).toEqual([
      'organizer',
      'organizer > id',
      'schedule',
      'schedule.start',
      'state',
      'title',
    ])
    expect(readsOf(flowOf(tenant, 'session-to-ai').reads)).toEqual([
      'application',
      'application > position',
      'application > position > title',
      'candidate',
      'candidate > name',
      'candidate > phones',
      'type',
    ])
  })

  it('follows references in the entries of `each` by the path without keys', async () => {
    const { tenant } = await loadOne(GOOD)
    expect(readsOf(flowOf(tenant, 'attendees').reads)).toEqual([
      'interviewers',
      'interviewers.person > id',
      'interviewers.person > name',
      'position',
      'position > title',
    ])
  })

  it('finds the readers of a kind at the end of references', async () => {
    const { tenant } = await loadOne(GOOD)
    const readers = (kind: string) =>
      (tenant.readersOf.get(kind) ?? []).map(
        ({ flow, read }) => `${flow.id}: ${[...read.via, read.path].join(' > ')}`,
      )
    expect(readers('person').sort()).toEqual([
      'attendees: interviewers.person > id',
      'attendees: interviewers.person > name',
      'interview-to-calendar: organizer > id',
    ])
    expect(readers('application')).toEqual(['session-to-ai: application > position'])
  })

  it('knows which resource holds a kind, and prefers one that gives ids', async () => {
    const { tenant } = await loadOne(GOOD)
    expect(tenant.resourceOf('cal', 'interview')).toBe('event')
    expect(tenant.resourceOf('cal', 'person')).toBe('user')
    expect(tenant.resourceOf('ai', 'score_report')).toBe('report')
    expect(tenant.resourceOf('hub', 'offer')).toBe('offer')
    expect(tenant.resourceOf('ai', 'offer')).toBeUndefined()
  })

  it('names hooks by a keyed hash, or as the connection says', async () => {
    const { tenant } = await loadOne(GOOD)
    expect(tenant.connections.get('ai')).toMatchObject({
      hook: expect.stringMatching(/^hk_[0-9a-f]{24}$/),
      maxBytes: 65_536,
    })
    expect(tenant.connections.get('cal')?.hook).toBe('calendar')
  })

  it('gives mappings the settings without the secrets, defaults filled in', async () => {
    const { tenant } = await loadOne(GOOD)
    expect(tenant.connections.get('ai')?.settings).toEqual({ base_url: 'https://ai.example', seats: 5 })
  })

  it('reads mounted files, without the line end at their end', async () => {
    const files = {
      ...GOOD,
      'connections.yaml': CONNECTIONS.replace('${AI_SECRET}', '${file:/run/secrets/ai}'),
    }
    const asked: string[] = []
    await loadOne(files, {
      readFile: path => {
        asked.push(path)
        return Promise.resolve('from-file\n')
      },
    })
    expect(asked).toEqual(['/run/secrets/ai'])
  })

  it('brings all folders below a folder, one tenant each', async () => {
    const root = writeFolder({
      ...Object.fromEntries(Object.entries(GOOD).map(([name, text]) => [`one/${name}`, text])),
      ...Object.fromEntries(
        Object.entries(GOOD).map(([name, text]) => [
          `two/${name}`,
          text.replace('tenant: acme', 'tenant: other').replace('hook: calendar', 'hook: other-calendar'),
        ]),
      ),
    })
    const { tenants, problems } = await load(`${root}/*`)
    expect(problems).toEqual([])
    expect(tenants.map(({ tenant }) => tenant)).toEqual(['acme', 'other'])
    expect(tenants[0]?.connections.get('ai')?.hook).not.toBe(tenants[1]?.connections.get('ai')?.hook)
  })

  it('finds what ships besides, and prefers its own file of the same name', async () => {
    const library = Object.fromEntries(
      Object.entries(GOOD).filter(([name]) => /^(connectors|mappings|tables)\//.test(name)),
    )
    const shipped = writeFolder(library)
    const event = GOOD['mappings/cal/event.out.yaml'] ?? ''
    const files = {
      'connections.yaml': CONNECTIONS,
      'flows/all.yaml': FLOWS,
      'mappings/cal/event.out.yaml': event.replace('title: title', 'title: { value: 面试 }'),
    }
    const { tenant, problems } = await loadOne(files, { shipped })
    expect(problems).toEqual([])
    expect(readsOf(flowOf(tenant, 'interview-to-calendar').reads)).not.toContain('title')
  })
})

describe('a connector of the company', () => {
  it('may stand on a document that ships', async () => {
    const shipped = writeFolder({ 'openapi/vendors/cal.yaml': CAL_DOCUMENT })
    const { 'connectors/cal/api.yaml': _, ...files } = GOOD
    const manifest = (GOOD['connectors/cal/connector.yaml'] ?? '').replace(
      './api.yaml',
      '../../openapi/vendors/cal.yaml',
    )
    const { problems } = await loadOne({ ...files, 'connectors/cal/connector.yaml': manifest }, { shipped })
    expect(problems).toEqual([])
  })
})

describe('ownership', () => {
  it('ranks by the longest path that says something, the first connection greatest', async () => {
    const { tenant } = await loadOne(GOOD)
    const cases: readonly [string, string, string, number][] = [
      ['cal', 'candidate', 'name', 2],
      ['ai', 'candidate', 'name', 1],
      ['ai', 'candidate', 'phones', 1],
      ['cal', 'candidate', 'phones', 0],
      ['ai', 'interview', 'schedule', 2],
      ['ai', 'interview', 'state', 0],
      ['cal', 'interview', 'interviewers[person_1].role', 1],
      ['ai', 'interview', 'interviewers[person_1].role', 0],
      ['ai', 'interview', 'interviewers[person_1].response', 2],
      ['hub', 'score_report', 'custom.summary', 1],
      ['cal', 'offer', 'salary', 0],
      ['unknown', 'candidate', 'name', 0],
    ]
    for (const [connection, kind, path, rank] of cases)
      expect([connection, kind, path, tenant.rank(connection, kind, path)]).toEqual([
        connection,
        kind,
        path,
        rank,
      ])
  })

  it('has a fingerprint of its own, which other files do not touch', async () => {
    const hashes = async (files: typeof GOOD) => {
      const { tenant } = await loadOne(files)
      return [tenant.ownershipHash, tenant.hash] as const
    }
    const [own, all] = await hashes(GOOD)
    const [sameOwn, otherAll] = await hashes({
      ...GOOD,
      'flows/all.yaml': FLOWS.replace('until: 2h', 'until: 3h'),
    })
    expect(sameOwn).toBe(own)
    expect(otherAll).not.toBe(all)
    const [otherOwn] = await hashes({
      ...GOOD,
      'ownership.yaml': OWNERSHIP.replace('[cal, ai]', '[ai, cal]'),
    })
    expect(otherOwn).not.toBe(own)
  })
})

describe('the fingerprint', () => {
  it('is the same in another folder and with another secret', async () => {
    const one = await loadOne(GOOD)
    const other = await loadOne(GOOD, { env: name => `other-${name}` })
    expect(other.tenant.hash).toBe(one.tenant.hash)
  })

  it('changes with a mapping, a table and a connector that a flow uses', async () => {
    const { tenant } = await loadOne(GOOD)
    const edits: readonly [string, string, string][] = [
      ['mappings/cal/event.out.yaml', 'title: title', 'title: { value: 面试 }'],
      ['tables/levels.yaml', 'A: recommend', 'A: hold\nD: recommend'],
      ['connectors/cal/connector.yaml', 'title: Calendar', 'title: Other'],
    ]
    for (const [name, from, to] of edits) {
      const changed = await loadOne({ ...GOOD, [name]: (GOOD[name] ?? '').replace(from, to) })
      expect(changed.tenant.hash, name).not.toBe(tenant.hash)
    }
  })
})

describe('a folder that is only checked', () => {
  it('may lack what comes from outside: that is a warning', async () => {
    const root = writeFolder(GOOD)
    const { problems } = await load(root, { env: () => undefined, connections: 'check-only' })
    expect(places(problems, root)).toEqual([
      'connections.yaml:6:57 CONFIG_SECRET_MISSING (warning)',
      'connections.yaml:10:55 CONFIG_SECRET_MISSING (warning)',
    ])
  })
})
