import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hrhub, tempFolder } from './kit.js'

const MAPPING = `mapping: my/candidate.in
from: acme-ehr.candidate
to: candidate
identity: id
fields:
  name: nam
  emails: emails
`

const BROKEN = {
  'connections.yaml': `connections:
  - connection: ehr
    connector: acme-her
  - connection: ai
    connector: acme-ehr
    settings: { base_url: "https://ehr.example", api_key: k, webhook_secret: "whsec_MTIz", colour: red }
`,
  'flows/all.yaml': `flows:
  - flow: candidates
    from: ai.candidate
    to: candidat
    mapping: my/candidate.in
`,
  'ownership.yaml': 'ownership: { candidate: { nme: [ai] } }\n',
  'mappings/my/candidate.in.yaml': MAPPING,
}

const GOOD_MAPPING = `mapping: my/candidate.in
from: acme-ehr.candidate
to: candidate
identity: id
fields:
  name: name
  source: source
tests:
  - name: a candidate
    given: { id: C1, name: 李雷, phones: [], emails: [], updated_at: "2026-03-01T10:00:00Z" }
    expect: { name: 韩梅梅 }
`

/** What is said of the folder itself; what ships is checked by its own tests. */
const own = (lines: readonly string[], folder: string) =>
  lines.filter(line => line.startsWith(folder)).map(line => line.slice(folder.length + 1))

describe('init', () => {
  it('makes a folder that passes check as it is', async () => {
    const folder = join(tempFolder(), 'my-company')
    const made = await hrhub(['init', folder])
    expect(made.exit).toBe(0)
    expect(made.lines).toContain('  connections.yaml')
    expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain('我们的 HR 集成')
    const checked = await hrhub(['check', '--project', folder])
    expect(own(checked.lines, folder)).toEqual([])
    const tested = await hrhub(['mapping', 'test', 'my-company/candidate.in', '--project', folder])
    expect(tested).toMatchObject({
      exit: 0,
      lines: ['my-company/candidate.in  2 of 2 passed  7 of 7 rules exercised'],
    })
  })

  it('gives examples that pass check when they are taken in', async () => {
    const folder = join(tempFolder(), 'my-company')
    await hrhub(['init', folder])
    for (const [name, empty] of [
      ['connections.yaml', 'connections: []'],
      ['flows/candidates.yaml', 'flows: []'],
      ['ownership.yaml', 'ownership: {}'],
    ] as const) {
      const [head = '', example = ''] = readFileSync(join(folder, name), 'utf8').split(empty)
      const from = example.slice(example.indexOf(`# ${empty.split(' ')[0]}`))
      writeFileSync(join(folder, name), head + from.replace(/^# ?/gm, ''))
    }
    const names = ['EHR_API_KEY', 'FEISHU_APP_ID', 'FEISHU_APP_SECRET', 'FEISHU_ENCRYPT_KEY']
    const secrets = [...names, 'EHR_WEBHOOK_SECRET', 'FEISHU_VERIFICATION_TOKEN']
    const env = Object.fromEntries(secrets.map(name => [name, 'whsec_MTIz']))
    const { lines } = await hrhub(['check', '--project', folder], { env })
    expect(own(lines, folder)).toEqual([])
    expect(readFileSync(join(folder, 'flows/candidates.yaml'), 'utf8')).toMatch(/^ {2}- flow: /m)
  })

  it('refuses a folder that holds anything, and a file, and changes nothing', async () => {
    const folder = tempFolder({ 'mine.txt': 'mine' })
    for (const place of [folder, join(folder, 'mine.txt')]) {
      const { exit, err } = await hrhub(['init', place])
      expect(exit).toBe(1)
      expect(err).toContain('CLI_FOLDER_TAKEN')
    }
    expect(readdirSync(folder)).toEqual(['mine.txt'])
  })
})

describe('check', () => {
  it('tells every problem of a broken folder at once, each with its place', async () => {
    const folder = tempFolder(BROKEN)
    const { exit, lines } = await hrhub(['check', '--project', folder])
    expect(exit).toBe(1)
    expect(own(lines, folder)).toEqual([
      'connections.yaml:3:16 CONFIG_CONNECTOR_UNKNOWN there is no connector `acme-her`; did you mean `acme-ehr`?',
      'connections.yaml:6:92 CONFIG_SETTING_UNKNOWN acme-ehr has no setting `colour`',
      'flows/all.yaml:4:9 CONFIG_KIND_UNKNOWN `candidat` is no kind; did you mean `candidate`?',
      'mappings/my/candidate.in.yaml:6:9 MAPPING_PATH_UNKNOWN `nam`: there is no `nam`; did you mean `name`?',
      'ownership.yaml:1:27 CONFIG_OWNERSHIP_PATH there is no `nme`; did you mean `name`?',
    ])
    expect(lines.at(-1)).toMatch(/^found {5}\d+ errors?/)
  })

  it('runs the tests of mappings: a failed one is a problem at its place', async () => {
    const folder = tempFolder({
      'connections.yaml': 'connections: []\n',
      'mappings/my/candidate.in.yaml': GOOD_MAPPING,
    })
    const { exit, lines } = await hrhub(['check', '--project', folder])
    expect(exit).toBe(1)
    expect(own(lines, folder).map(line => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'mappings/my/candidate.in.yaml:7:11 MAPPING_RULE_UNTESTED',
      'mappings/my/candidate.in.yaml:9:5 MAPPING_TEST_FAILED',
    ])
  })

  it('gives the same as JSON', async () => {
    const folder = tempFolder(BROKEN)
    const { exit, json } = await hrhub(['check', '--project', folder, '--json'])
    expect(exit).toBe(1)
    const { problems, checked } = json() as { problems: { file: string; code: string }[]; checked: object }
    expect(problems.filter(problem => problem.file.startsWith(folder))[0]).toMatchObject({
      code: 'CONFIG_CONNECTOR_UNKNOWN',
      severity: 'error',
      line: 3,
      column: 16,
    })
    expect(checked).toMatchObject({ tenants: 1 })
  })

  it('checks a folder whose secrets are not here, and makes nothing there', async () => {
    const folder = join(tempFolder(), 'mine')
    await hrhub(['init', folder])
    writeFileSync(
      join(folder, 'connections.yaml'),
      'connections: [{ connection: ehr, connector: acme-ehr, settings: { base_url: "https://ehr.example", api_key: "${EHR_KEY}", webhook_secret: "${EHR_HOOK}" } }]\n',
    )
    const { lines } = await hrhub(['check', '--project', folder], {
      env: { HRHUB_DATA: join(folder, 'data') },
    })
    expect(own(lines, folder)).toEqual([
      'connections.yaml:1:109 warning CONFIG_SECRET_MISSING the environment has no EHR_KEY',
      'connections.yaml:1:139 warning CONFIG_SECRET_MISSING the environment has no EHR_HOOK',
    ])
    expect(existsSync(join(folder, 'data'))).toBe(false)
  })
})
