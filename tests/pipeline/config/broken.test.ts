import { afterEach, describe, expect, it } from 'vitest'
import { type Files, GOOD, load, places, removeFolders, writeFolder } from './kit.js'

afterEach(removeFolders)

async function found(changes: Files): Promise<string[]> {
  const root = writeFolder({ ...GOOD, ...changes })
  const { tenants, problems } = await load(root)
  if (problems.some(problem => problem.severity === 'error')) expect(tenants).toEqual([])
  return places(problems, root)
}

const CONNECTIONS = `tenants: acme
connections:
  - { connection: hub, connector: cal, settings: { base_url: "https://x.example", key: k } }
  - connection: ai
    connector: ai-sas
  - connection: cal
    connector: cal
    settings: { base_url: nowhere, key: "\${NO_SUCH_KEY}", colour: red }
  - connection: cal
    connector: cal
    hooks: x
  - connection: cal
    connector: cal
    settings: { base_url: "https://x.example", key: "\${not a name}" }
  - connection: Big
    connector: cal
  - connection: ehr
    connector: ai-saas
    settings: { base_url: "https://x.example", secret: "\${file:/no/such/file}", seats: many }
  - connection: last
    connector: cal
`

const FLOWS = `flows:
  - flow: sound
    from: person
    to: cal.user
    mapping: cal/user.out
  - flow: sound
    from: interview
    to: cal.event
    mapping: cal/event.ot
  - flow: between-systems
    from: ai.report
    to: cal.event
    mapping: cal/event.out
  - flow: kind-to-kind
    from: application
    to: offer
    mapping: hub/offer-from-application
  - flow: bad-names
    from: cal.events
    to: intervew
    mapping: cal/event.out
  - flow: bad-resource
    from: interview
    to: cal.evnt
    mapping: cal/event.out
  - flow: bad-connection
    from: interview
    to: calendar.event
    mapping: cal/event.out
  - flow: bad-mapping
    from: interview
    to: cal.event
    mapping: cal/attendee.out
  - flow: bad-words
    from: ai.report
    to: score_report
    mapping: ai-saas/report.in
    when: record.overall > 5.0
  - flow: bad-cel
    from: interview
    to: cal.message
    mapping: cal/late.out
    when: record.stat == "draft"
    at: record.round
    once: [record.id, records.id]
    until: soon
  - flow: bad-each
    from: interview
    to: cal.attendee
    mapping: cal/attendee.out
    each: record.schedule
    key: item.person
  - flow: alone
    from: interview
    to: cal.message
    mapping: cal/late.out
    until: 1h
    key: item.person
    remove_when: otherwise
    once: record.id
  - flow: no-mapping
    from: interview
    to: cal.message
    whn: record.state == "draft"
`

describe('a folder with mistakes', () => {
  it('tells every mistake of connections.yaml at once, with its place', async () => {
    const problems = await found({
      'connections.yaml': CONNECTIONS,
      'flows/all.yaml': 'flows: []\n',
      'ownership.yaml': 'ownership: {}\n',
    })
    expect(problems).toEqual([
      'connections.yaml:1:1 CONFIG_WORD_UNKNOWN',
      'connections.yaml:3:19 CONFIG_NAME_RESERVED',
      'connections.yaml:5:16 CONFIG_CONNECTOR_UNKNOWN',
      'connections.yaml:8:27 CONFIG_SETTING_INVALID',
      'connections.yaml:8:41 CONFIG_SECRET_MISSING',
      'connections.yaml:8:59 CONFIG_SETTING_UNKNOWN',
      'connections.yaml:9:5 CONFIG_SETTING_MISSING',
      'connections.yaml:9:5 CONFIG_SETTING_MISSING',
      'connections.yaml:9:17 CONFIG_NAME_TAKEN',
      'connections.yaml:11:5 CONFIG_WORD_UNKNOWN',
      'connections.yaml:12:17 CONFIG_NAME_TAKEN',
      'connections.yaml:14:53 CONFIG_INTERPOLATION_INVALID',
      'connections.yaml:15:17 CONFIG_FILE_INVALID',
      'connections.yaml:19:56 CONFIG_SECRET_MISSING',
      'connections.yaml:19:88 CONFIG_SETTING_INVALID',
      'connections.yaml:20:5 CONFIG_SETTING_MISSING',
      'connections.yaml:20:5 CONFIG_SETTING_MISSING',
    ])
  })

  it('tells every mistake of the flows at once, with its place', async () => {
    expect(await found({ 'flows/all.yaml': FLOWS })).toEqual([
      'flows/all.yaml:6:11 CONFIG_NAME_TAKEN',
      'flows/all.yaml:9:14 CONFIG_MAPPING_UNKNOWN',
      'flows/all.yaml:12:9 CONFIG_FLOW_ENDS_INVALID',
      'flows/all.yaml:16:9 CONFIG_FLOW_ENDS_INVALID',
      'flows/all.yaml:20:9 CONFIG_KIND_UNKNOWN',
      'flows/all.yaml:24:9 CONFIG_RESOURCE_UNKNOWN',
      'flows/all.yaml:28:9 CONFIG_CONNECTION_UNKNOWN',
      'flows/all.yaml:33:14 CONFIG_MAPPING_UNFIT',
      'flows/all.yaml:38:5 CONFIG_FLOW_WORD_UNFIT',
      'flows/all.yaml:43:11 MAPPING_PATH_UNKNOWN',
      'flows/all.yaml:44:9 MAPPING_EXPRESSION_INVALID',
      'flows/all.yaml:45:23 MAPPING_PATH_UNKNOWN',
      'flows/all.yaml:46:12 CONFIG_FILE_INVALID',
      'flows/all.yaml:51:11 CONFIG_EACH_INVALID',
      'flows/all.yaml:57:5 CONFIG_FLOW_WORD_UNFIT',
      'flows/all.yaml:58:5 CONFIG_FLOW_WORD_UNFIT',
      'flows/all.yaml:59:5 CONFIG_FLOW_WORD_UNFIT',
      'flows/all.yaml:59:18 CONFIG_FLOW_DEAD (warning)',
      'flows/all.yaml:61:5 CONFIG_FILE_INVALID',
      'flows/all.yaml:64:5 CONFIG_WORD_UNKNOWN',
    ])
  })

  it('tells what is wrong in ownership, mappings, tables and connectors besides', async () => {
    const problems = await found({
      'ownership.yaml': `ownership:
  candidate:
    phone: [ai]
    "*": [ai, ehr, ai]
  interview:
    schedule.start: [ai]
  interwiev:
    state: [ai]
`,
      'mappings/cal/event.out.yaml': (GOOD['mappings/cal/event.out.yaml'] ?? '').replace(
        'title: title',
        'title: titel',
      ),
      'mappings/cal/other.out.yaml': (GOOD['mappings/cal/late.out.yaml'] ?? '').trimStart(),
      'mappings/cal/unused.in.yaml':
        'mapping: cal/unused.in\nfrom: cal.event\nto: interview\nfields: { title: title, round: no_such }\n',
      'tables/list.yaml': '- a\n- b\n',
      'flows/empty.yaml': 'flow: []\n',
      'flows/torn.yaml': 'flows:\n  - { flow: x\n',
      'connectors/third/connector.yaml': 'connector: third\n',
    })
    expect(problems).toEqual([
      'connectors/third/connector.yaml:1:1 CONNECTOR_MANIFEST_INVALID',
      'connectors/third/connector.yaml:1:1 CONNECTOR_MANIFEST_INVALID',
      'flows/empty.yaml:1:1 CONFIG_FILE_INVALID',
      'flows/torn.yaml:3:1 CONFIG_YAML_BROKEN',
      'mappings/cal/event.out.yaml:6:10 MAPPING_PATH_UNKNOWN',
      'mappings/cal/other.out.yaml:1:10 CONFIG_NAME_DIFFERS',
      'mappings/cal/unused.in.yaml:4:32 MAPPING_PATH_UNKNOWN',
      'ownership.yaml:3:5 CONFIG_OWNERSHIP_PATH',
      'ownership.yaml:4:15 CONFIG_CONNECTION_UNKNOWN',
      'ownership.yaml:4:20 CONFIG_NAME_TAKEN',
      'ownership.yaml:6:5 CONFIG_OWNERSHIP_PATH',
      'ownership.yaml:7:3 CONFIG_KIND_UNKNOWN',
      'tables/list.yaml:1:1 CONFIG_FILE_INVALID',
    ])
  })

  it('never shows a value that came from outside', async () => {
    const root = writeFolder(GOOD)
    const { problems } = await load(root, { env: () => 'S3CRET-VALUE', connections: 'open' })
    const wrong = await load(
      writeFolder({
        ...GOOD,
        'connections.yaml':
          'connections: [{ connection: ai, connector: ai-saas, settings: { base_url: "${A}", secret: "${A}", seats: "${A}" } }]\n',
      }),
      { env: () => 'S3CRET-VALUE' },
    )
    expect(wrong.problems.map(({ code }) => code)).toContain('CONFIG_SETTING_INVALID')
    expect(JSON.stringify([problems, wrong.problems])).not.toContain('S3CRET-VALUE')
  })

  it('names a folder or a file that is not there', async () => {
    const root = writeFolder({ 'empty/x.txt': '' })
    const { tenants, problems } = await load([`${root}/nowhere`, `${root}/nothing/*`])
    expect(tenants).toEqual([])
    expect(places(problems, root)).toEqual([
      'nothing:1:1 CONFIG_FILE_MISSING',
      'nowhere/connections.yaml:1:1 CONFIG_FILE_MISSING',
    ])
  })

  it('refuses one hook for two connections', async () => {
    const root = writeFolder({
      ...Object.fromEntries(Object.entries(GOOD).map(([name, text]) => [`a/${name}`, text])),
      ...Object.fromEntries(
        Object.entries(GOOD).map(([name, text]) => [
          `b/${name}`,
          text.replace('tenant: acme', 'tenant: other'),
        ]),
      ),
    })
    const { problems } = await load(`${root}/*`)
    expect(places(problems, root)).toEqual(['b/connections.yaml:8:5 CONFIG_NAME_TAKEN'])
  })

  it('keeps a sound tenant apart from a broken one', async () => {
    const under = (name: string, files: Files) =>
      Object.fromEntries(Object.entries(files).map(([file, text]) => [`${name}/${file}`, text]))
    const root = writeFolder({
      ...under('a', GOOD),
      ...under('b', { ...GOOD, 'flows/all.yaml': FLOWS }),
      ...under('c', GOOD),
    })
    const { tenants, problems } = await load(`${root}/*`)
    expect(tenants.map(({ tenant }) => tenant)).toEqual(['acme'])
    expect(places(problems, root).filter(line => line.includes('connections.yaml'))).toEqual([
      'b/connections.yaml:2:9 CONFIG_NAME_TAKEN',
      'c/connections.yaml:2:9 CONFIG_NAME_TAKEN',
    ])
  })
})
