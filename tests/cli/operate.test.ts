/** Commands on the ledger of a stopped embedded hub, as an operator uses them after a mapping was mended. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { writeRunning } from '../../src/cli/operator/running.js'
import { readSettings } from '../../src/config.js'
import { startHub } from '../../src/hub.js'
import { hrhub, tempFolder } from './kit.js'

const MAPPING = (region: string) => `mapping: my/candidate.in
from: acme-ehr.candidate
to: candidate
identity: id
unknown: create
fields:
  name: name
  source: { from: source, lookup: { 内推: referral${region} } }
tests:
  - name: a candidate
    given: { id: C1, name: 李雷, phones: [], emails: [], source: 内推, updated_at: "2026-03-01T10:00:00Z" }
    expect: { name: 李雷, source: referral }
`
const FILES = {
  'connections.yaml': `connections:
  - connection: ehr
    connector: acme-ehr
    settings: { base_url: "https://ehr.example", api_key: "key_1", webhook_secret: "whsec_MTIzNDU2Nzg5MDEyMzQ1Ng==" }
`,
  'flows/in.yaml': `flows:
  - { flow: candidates, from: ehr.candidate, to: candidate, mapping: my/candidate.in }
`,
  'mappings/my/candidate.in.yaml': MAPPING(''),
}

const folder = tempFolder(FILES)
const env = { HRHUB_PROJECT: folder, HRHUB_DATA: join(folder, 'data') }
const at = Date.parse('2026-03-01T10:00:00Z')

beforeAll(async () => {
  const hub = await startHub({
    settings: readSettings({ HRHUB_SETTINGS: '/dev/null/none', LOG_LEVEL: 'silent', ...env }),
    role: 'api',
  })
  const body = {
    id: 'C1',
    name: '张三丰',
    phones: [],
    emails: [],
    source: '校园招聘',
    updated_at: '2026-03-01T10:00:00Z',
  }
  await hub.pipeline.receiver.take('default', {
    tenant: 'default',
    id: 'message_000001',
    connection: 'ehr',
    source: 'hook',
    resource: 'candidate',
    received_at: at,
    sent_at: null,
    head: { method: 'POST', tail: '' },
    body: JSON.stringify(body),
    state: 'new',
    verdicts: [],
    tries: 0,
  })
  await hub.stop()
}, 120_000)

describe('an operator', () => {
  it('explains a message that a mapping refused: verified how, refused where, what to do', async () => {
    const { exit, lines, out } = await hrhub(['explain', 'message_000001'], { env })
    expect(exit).toBe(0)
    expect(lines.slice(0, 2)).toEqual(['message message_000001', 'hook message of ehr.candidate, invalid'])
    expect(out).toContain('came as a callback from ehr (acme-ehr), verified by standard_webhooks')
    expect(out).toMatch(
      /item 0 invalid by flow candidates, mapping my\/candidate\.in .*MAPPING_VALUE_UNKNOWN/,
    )
    expect(out).toContain(`${folder}/mappings/my/candidate.in.yaml:8:`)
    expect(out).toContain('mend the mapping at the place named, then `hrhub replay message_000001`')
    expect(out).not.toContain('张三丰')
  })

  it('replays it in vain, mends the mapping, replays it again', async () => {
    const vain = await hrhub(['replay', 'message_000001'], { env })
    expect(vain.exit).toBe(1)
    expect(vain.lines[0]).toMatch(/^message_000001 .*candidate\.in\.yaml:8:\d+ MAPPING_VALUE_UNKNOWN/)
    const mended = MAPPING('').replace('{ 内推: referral }', '{ 内推: referral, 校园招聘: campus }')
    writeFileSync(join(folder, 'mappings/my/candidate.in.yaml'), mended)
    const good = await hrhub(['replay', '--since', '2026-03-01', '--connection', 'ehr', '--json'], { env })
    expect(good.json()).toEqual({ replayed: 1, states: { folded: 1 }, wrong: [] })
    expect(good.exit).toBe(0)
    const none = await hrhub(['replay', '--since', '2026-03-02', '--connection', 'ehr', '--json'], { env })
    expect(none.json()).toEqual({ replayed: 0, states: {}, wrong: [] })
  }, 120_000)

  it('is told what cannot be redriven, each by itself', async () => {
    const { exit, lines } = await hrhub(['redrive', 'delivery_1', 'delivery_2'], { env })
    expect(exit).toBe(1)
    expect(lines.map(line => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'delivery_1 PIPELINE_DELIVERY_UNKNOWN',
      'delivery_2 PIPELINE_DELIVERY_UNKNOWN',
    ])
    const counted = await hrhub(['redrive', '--code', 'CONNECTOR_X', '--dry', '--json'], { env })
    expect(counted.json()).toEqual({ matched: 0, dry: true })
  }, 60_000)

  it('is not held up by what a killed hub left behind', async () => {
    writeRunning(join(folder, 'data'), {
      pid: 1,
      started: new Date(0).toISOString(),
      address: null,
      door: 'http://127.0.0.1:9',
      key: 'x',
    })
    expect((await hrhub(['keys', 'list'], { env })).exit).toBe(0)
  }, 60_000)

  it('lists the same with a folder that has errors: a leaked key can always be revoked', async () => {
    writeFileSync(join(folder, 'connections.yaml'), 'connections: nothing\n')
    expect((await hrhub(['keys', 'list'], { env })).exit).toBe(0)
    const { exit, lines } = await hrhub(['restored'], { env })
    expect(exit).toBe(1)
    expect(lines[0]).toContain('connections.yaml:1:')
  }, 60_000)
})
