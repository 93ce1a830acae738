/** `mapping diff` and `replay --mapping` as an operator uses them: over a stopped folder, and beside a running hub. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openDoors } from '../../src/cli/open-doors.js'
import { readSettings } from '../../src/config.js'
import { type Hub, startHub } from '../../src/hub.js'
import { records } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { hrhub, tempFolder } from './kit.js'

const MAPPING = (name: string, sources: string) => `mapping: my/candidate.in
from: acme-ehr.candidate
to: candidate
identity: id
unknown: create
fields:
  name: ${name}
  source: { from: source, lookup: { ${sources} } }
tests:
  - name: a candidate
    given: { id: C1, name: 李雷, phones: [], emails: [], source: 内推, updated_at: "2026-03-01T10:00:00Z" }
    expect: { source: referral }
`
const PLAIN = MAPPING('name', '内推: referral')
const FILES = {
  'connections.yaml': `connections:
  - connection: ehr
    connector: acme-ehr
    settings: { base_url: "https://ehr.example", api_key: "key_1", webhook_secret: "whsec_MTIzNDU2Nzg5MDEyMzQ1Ng==" }
`,
  'flows/in.yaml': `flows:
  - { flow: candidates, from: ehr.candidate, to: candidate, mapping: my/candidate.in }
`,
  'mappings/my/candidate.in.yaml': PLAIN,
}

const folder = tempFolder(FILES)
const env = { HRHUB_PROJECT: folder, HRHUB_DATA: join(folder, 'data') }
const settings = readSettings({ HRHUB_SETTINGS: '/dev/null/none', LOG_LEVEL: 'silent', ...env })
const write = (text: string, file = 'mappings/my/candidate.in.yaml') => {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}

async function take(hub: Hub, n: number, more: object) {
  await hub.pipeline.receiver.take('default', {
    tenant: 'default',
    id: `message_${String(n).padStart(6, '0')}`,
    connection: 'ehr',
    source: 'hook',
    resource: 'candidate',
    received_at: Date.parse('2026-03-01T10:00:00Z') + n,
    sent_at: null,
    head: { method: 'POST', tail: '' },
    body: JSON.stringify({
      id: `C${n}`,
      phones: [],
      emails: [],
      updated_at: '2026-03-01T10:00:00Z',
      ...more,
    }),
    state: 'new',
    verdicts: [],
    tries: 0,
  })
}

beforeAll(async () => {
  const hub = await startHub({ settings, role: 'api' })
  await take(hub, 1, { name: '张三丰', source: '内推' })
  await take(hub, 2, { name: '李四光', source: '校园招聘' })
  await hub.stop()
}, 120_000)
beforeEach(() => write(PLAIN))

describe('mapping diff', () => {
  it('says that nothing would change, and exits 0', async () => {
    const { exit, lines } = await hrhub(['mapping', 'diff', 'my/candidate.in'], { env })
    expect(lines).toEqual(['my/candidate.in: 2 messages, nothing would change'])
    expect(exit).toBe(0)
  }, 60_000)

  it('shows what would change with people masked, what would be taken, and exits 1', async () => {
    write(MAPPING('id', '内推: headhunter, 校园招聘: campus'))
    const { exit, out } = await hrhub(['mapping', 'diff', 'my/candidate.in'], { env })
    expect(exit).toBe(1)
    expect(out).toContain('2 of 2 would say something else')
    expect(out).toContain('1 would change, 1 would be new, 0 would stay')
    expect(out).toMatch(/candidate\.name +2/)
    expect(out).toContain('"张***丰" → "***"')
    expect(out).toContain('"referral" → "headhunter"')
    expect(out).toMatch(/newly taken: 1 item:\n +1 +MAPPING_VALUE_UNKNOWN +.*candidate\.in\.yaml:8:\d+/)
    expect(out).not.toContain('张三丰')
  }, 60_000)

  it('as JSON with --show has the values, and obeys --sample and --since', async () => {
    write(MAPPING('source', '内推: referral'))
    const words = ['mapping', 'diff', 'my/candidate.in', '--json', '--show']
    const shown = await hrhub(words, { env })
    expect(shown.json()).toMatchObject({
      mapping: 'my/candidate.in',
      scanned: 2,
      messages: 1,
      records: { changed: 1, made: 0, same: 0 },
      paths: { 'candidate.name': 1 },
      refused: { items: 0 },
      accepted: { items: 0 },
      sample: [{ path: 'name', before: '"张三丰"', after: '"内推"' }],
    })
    const none = await hrhub([...words, '--sample', '0'], { env })
    expect(none.json()).toMatchObject({ messages: 1, sample: [] })
    const late = await hrhub([...words, '--since', '2026-03-02'], { env })
    expect(late.json()).toMatchObject({ scanned: 0, messages: 0 })
    expect(late.exit).toBe(0)
  }, 60_000)

  it('exits 2 for a mapping that is unknown, broken, used by no flow, or reads records', async () => {
    const exit = async (...words: string[]) => (await hrhub(['mapping', 'diff', ...words], { env })).exit
    expect(await exit('my/nobody.in')).toBe(2)
    expect(await exit('my/candidate.in', '--sample', 'x')).toBe(2)
    expect(await exit('my/candidate.in', '--since', 'yesterday')).toBe(2)
    expect(await exit('acme-ehr/candidate.in')).toBe(2)
    expect(await exit('nova-ai/session.out')).toBe(2)
    write(
      'mapping: my/candidate.in\nfrom: acme-ehr.candidate\nto: candidate\nidentity: nothing\nfields: {}\n',
    )
    const broken = await hrhub(['mapping', 'diff', 'my/candidate.in'], { env })
    expect(broken.exit).toBe(2)
    expect(broken.out).toContain('candidate.in.yaml:4:')
  }, 60_000)

  it('names the first error of a folder that has others', async () => {
    write('flows: [{ flow: x }]\n', 'flows/broken.yaml')
    const { exit, err } = await hrhub(['mapping', 'diff', 'my/candidate.in'], { env })
    write('flows: []\n', 'flows/broken.yaml')
    expect(exit).toBe(2)
    expect(err).toMatch(/CLI_FOLDER_BROKEN .*broken\.yaml:1:\d+/)
  }, 60_000)
})

describe('beside a running hub', () => {
  let hub: Hub
  let close: () => Promise<void>
  const api = () => Promise.resolve({ address: 'http://127.0.0.1:1', close: async () => undefined })
  const names = async () =>
    (await selectRows(hub.ledger, records, 'where t.tenant = $1 order by t.id', ['default'])).map(
      row => row.data['name'],
    )
  beforeAll(async () => {
    write(PLAIN)
    hub = await startHub({ settings, role: 'all' })
    close = (await openDoors(hub, api)).close
  }, 60_000)
  afterAll(async () => {
    await close?.()
    await hub?.stop()
  })

  it('diff reads the disk, replay folds by what the hub runs and says when that is another', async () => {
    write(MAPPING('id', '内推: referral'))
    expect((await hrhub(['mapping', 'diff', 'my/candidate.in'], { env })).exit).toBe(1)
    const early = await hrhub(['replay', '--mapping', 'my/candidate.in'], { env })
    expect(early.err).toContain('the hub still runs another version of my/candidate.in')
    expect(early.out).toMatch(/looked at +2\nreplayed +0/)
    expect(await hub.reload()).toEqual([])
    const good = await hrhub(['replay', '--mapping', 'my/candidate.in', '--json'], { env })
    expect(good.json()).toMatchObject({ scanned: 2, replayed: 1, states: { folded: 1 }, wrong: [] })
    expect(good.exit).toBe(0)
    expect(await names()).toEqual(['C1'])
    expect((await hrhub(['mapping', 'diff', 'my/candidate.in'], { env })).exit).toBe(0)
  }, 60_000)

  it('replay by a mapping takes no messages besides', async () => {
    const both = await hrhub(['replay', 'message_000001', '--mapping', 'my/candidate.in'], { env })
    expect(both.exit).toBe(2)
    const unused = await hrhub(['replay', '--mapping', 'my/nobody.in'], { env })
    expect(unused.err).toContain('PIPELINE_MAPPING_UNUSED')
  }, 60_000)
})
