/** `hrhub import` as a person calls it, on an embedded folder and beside the hub that runs on it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, linkSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runImport } from '../../src/cli/import/run-import.js'
import { openOperatorDoor } from '../../src/cli/operator/door.js'
import { type Ask, meansOf } from '../../src/cli/operator/operate.js'
import { removeRunning, writeRunning } from '../../src/cli/operator/running.js'
import type { Terminal } from '../../src/cli/terminal.js'
import { readSettings } from '../../src/config.js'
import { type Hub, startHub } from '../../src/hub.js'
import { listMessages } from '../../src/ledger/list-messages.js'
import { openImport } from '../../src/pipeline/import/open-file.js'
import { compiledSource } from '../support/compiled.js'
import { xlsx } from '../support/zip.js'
import { hrhub, tempFolder } from './kit.js'

const FILES = {
  'connections.yaml': `connections:
  - connection: ehr
    connector: acme-ehr
    settings: { base_url: "https://ehr.example", api_key: "key_1", webhook_secret: "whsec_MTIzNDU2Nzg5MDEyMzQ1Ng==" }
`,
  'flows/in.yaml': `flows:
  - { flow: candidates, from: ehr.candidate, to: candidate, mapping: my/candidate.in }
`,
  'mappings/my/candidate.in.yaml': `mapping: my/candidate.in
from: acme-ehr.candidate
to: candidate
identity: id
unknown: create
match: [phones]
fields:
  name: name
  phones: { each: phones, item: { from: number, as: phone, region: CN } }
  source: { from: source, lookup: { 内推: referral, 校招: campus } }
`,
}

const folder = tempFolder(FILES)
const env = { HRHUB_PROJECT: folder, HRHUB_DATA: join(folder, 'data') }
const settings = () => readSettings({ HRHUB_SETTINGS: '/dev/null/none', LOG_LEVEL: 'silent', ...env })
const file = (name: string, content: string | Buffer) => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const CSV = `id,name,phones[0].number,source
C1,李雷,13800138001,内推
C2,韩梅梅,13800138002,熟人
C3,"王
强",13800138003,校招
C4,多,一,个,格
`

beforeAll(async () => {
  await (await startHub({ settings: settings(), role: 'api' })).stop()
}, 120_000)

describe('a dry import', () => {
  it('maps every row, shows the first that are refused with line and place, and opens no ledger', async () => {
    const path = file('dry.csv', CSV)
    const words = ['import', path, '--mapping', 'my/candidate.in', '--dry']
    const { exit, lines } = await hrhub(words, { env: { ...env, HRHUB_DATA: join(folder, 'nothing') } })
    expect(exit).toBe(1)
    expect(lines[0]).toMatch(/^dry\.csv:3 MAPPING_VALUE_UNKNOWN source: .*candidate\.in\.yaml:10:\d+ source$/)
    expect(lines[1]).toBe('dry.csv:6 PIPELINE_IMPORT_ROW_BROKEN the row has 5 cells, the header 4')
    expect(lines.slice(2)).toEqual([
      'rows     4',
      'read as  csv, utf-8, ,',
      'goes to  ehr.candidate',
      'maps     2',
      'refused  2',
      'nothing was stored',
    ])
    expect(existsSync(join(folder, 'nothing'))).toBe(false)
    expect(existsSync(`${path}.ehr.candidate.rejects.csv`)).toBe(false)
    const json = (await hrhub([...words, '--json'], { env })).json()
    expect(json).toMatchObject({
      end: 'dry',
      rows: 4,
      counts: { maps: 2, refused: 2 },
      flows: ['candidates'],
    })
  })

  it.each([
    [['--mapping', 'my/candidat.in'], 1, /PIPELINE_IMPORT_FLOW_MISSING .*did you mean .?my\/candidate\.in/],
    [
      ['--connection', 'eh', '--resource', 'candidate'],
      1,
      /PIPELINE_CONNECTION_UNKNOWN there is no connection eh/,
    ],
    [
      ['--connection', 'ehr', '--resource', 'candidat'],
      1,
      /PIPELINE_RESOURCE_UNKNOWN ehr has no resource candidat/,
    ],
    [
      ['--connection', 'ehr', '--resource', 'position'],
      1,
      /PIPELINE_IMPORT_FLOW_MISSING no flow reads ehr\.position/,
    ],
    [['--mapping', 'my/candidate.in', '--tenant', 'nobody'], 1, /CONFIG_TENANT_UNKNOWN/],
    [[], 2, /CLI_USE_WRONG say --mapping NAME, or --connection/],
    [
      ['--mapping', 'my/candidate.in', '--blank', 'empty'],
      2,
      /CLI_USE_WRONG --blank is nothing, null, not empty/,
    ],
    [['--mapping', 'my/candidate.in', '--delimiter', 'x'], 2, /CLI_USE_WRONG x is no delimiter/],
  ])('is told what does not fit: %s', async (words, exit, text) => {
    const ran = await hrhub(['import', file('fits.csv', CSV), ...words, '--dry'], { env })
    expect(ran.err).toMatch(text)
    expect(ran.exit).toBe(exit)
  })

  it('says which columns the mapping looks for where no row can be mapped', async () => {
    const path = file('columns.csv', '编号,姓名\nC1,李雷\n')
    const { exit, err } = await hrhub(['import', path, '--mapping', 'my/candidate.in', '--dry'], { env })
    expect(exit).toBe(1)
    expect(err).toMatch(
      /PIPELINE_IMPORT_COLUMN_MISSING my\/candidate\.in reads id, .*the file has 编号, 姓名/,
    )
  })

  it('notes a column that the mapping also reads, where rows map without it', async () => {
    const path = file('less.csv', 'id,name\nC1,李雷\n')
    const { exit, out } = await hrhub(['import', path, '--mapping', 'my/candidate.in', '--dry'], { env })
    expect(exit).toBe(0)
    expect(out).toContain('the mapping also reads phones, source: the file has no such column')
  })
})

describe('an import', () => {
  it('takes in what maps, writes the rest beside the file for its owner alone, and takes that in when mended', async () => {
    const path = file('new.csv', CSV)
    const { exit, lines } = await hrhub(['import', path, '--mapping', 'my/candidate.in'], { env })
    expect(exit).toBe(1)
    expect(lines.slice(0, 3)).toEqual(['rows     4 of 4', 'folded   2', 'refused  2'])
    const rejects = `${path}.ehr.candidate.rejects.csv`
    expect(lines.at(-1)).toBe(`refused rows with their reasons: ${rejects}`)
    expect(statSync(rejects).mode & 0o777).toBe(0o600)
    const text = readFileSync(rejects, 'utf8')
    expect(text).toContain('C2,韩梅梅,13800138002,熟人,3,MAPPING_VALUE_UNKNOWN')
    expect(text).toContain('C4,多,一,个,6,PIPELINE_IMPORT_ROW_BROKEN')
    const mended = file(
      'mended.csv',
      text.replace('熟人', '内推').replace('C4,多,一,个', 'C4,多,13800138004,校招'),
    )
    const again = await hrhub(['import', mended, '--mapping', 'my/candidate.in', '--json'], { env })
    expect(again.exit).toBe(0)
    expect(again.json()).toMatchObject({ end: 'done', rows: 2, counts: { folded: 2 }, rejects: null })
  }, 60_000)

  it('said again says so, and with --again changes nothing', async () => {
    const words = ['import', join(folder, 'new.csv'), '--connection', 'ehr', '--resource', 'candidate']
    const before = await hrhub(words, { env })
    expect(before.exit).toBe(0)
    expect(before.lines[0]).toMatch(/^new\.csv was imported .* into ehr\.candidate: nothing to do/)
    const again = await hrhub([...words, '--again', '--json'], { env })
    expect(again.json()).toMatchObject({ end: 'done', counts: { unchanged: 2, refused: 2 } })
  }, 60_000)

  it('is explained like any message, and shown among them', async () => {
    const hub = await startHub({ settings: settings(), role: 'api' })
    const [message] = await listMessages(hub.ledger, 'default', {
      source: 'import',
      limit: 1,
      since: undefined,
      before: undefined,
    })
    await hub.stop()
    const { out } = await hrhub(['explain', message?.id ?? ''], { env })
    expect(out).toContain('came in a file that was imported from ehr (acme-ehr)')
  }, 60_000)

  it('takes a sheet of an XLSX, and lines of NDJSON with rejects of their own', async () => {
    const cell = (ref: string, text: string) => `<c r="${ref}" t="inlineStr"><is><t>${text}</t></is></c>`
    const rows = `<row r="1">${cell('A1', 'id')}${cell('B1', 'name')}</row><row r="2">${cell('A2', 'X1')}${cell('B2', '李')}</row>`
    const book = file(
      'book.xlsx',
      xlsx([
        { name: '说明', rows: '' },
        { name: '候选人', rows },
      ]),
    )
    const sheet = await hrhub(
      ['import', book, '--mapping', 'my/candidate.in', '--sheet', '候选人', '--json'],
      { env },
    )
    expect(sheet.json()).toMatchObject({ counts: { folded: 1 }, read_as: { sheet: '候选人' } })
    const lines = file('rows.ndjson', '{"id":"N1","name":"a"}\n{"id":"N2","source":"?"}\noops\n')
    const ndjson = await hrhub(['import', lines, '--mapping', 'my/candidate.in', '--json'], { env })
    expect(ndjson.json()).toMatchObject({
      counts: { folded: 1, refused: 2 },
      rejects: `${lines}.ehr.candidate.rejects.ndjson`,
    })
    const written = readFileSync(`${lines}.ehr.candidate.rejects.ndjson`, 'utf8').trimEnd().split('\n')
    expect(written.map(line => JSON.parse(line))).toEqual([
      expect.objectContaining({ line: 2, code: 'MAPPING_VALUE_UNKNOWN', row: { id: 'N2', source: '?' } }),
      { line: 3, code: 'PIPELINE_IMPORT_ROW_BROKEN', reason: 'the text is not JSON', place: '', raw: 'oops' },
    ])
  }, 60_000)

  it('writes no rejects over a link, nor where it may not write, and then stores nothing', async () => {
    const path = file('link.csv', 'id,name\nL1,a\n')
    const words = ['import', path, '--mapping', 'my/candidate.in', '--rejects', join(folder, 'none', 'r.csv')]
    const { exit, err } = await hrhub(words, { env })
    expect(exit).toBe(1)
    expect(err).toMatch(/CLI_FILE_UNWRITABLE/)
    const after = await hrhub(['import', path, '--mapping', 'my/candidate.in', '--json'], { env })
    expect(after.json()).toMatchObject({ resumed_at: 0, counts: { folded: 1 } })
  }, 60_000)

  it('writes no rejects over its input, a link to it, nor over what another wrote', async () => {
    const text = 'id,name,source\nO1,a,?\nO2,b,内推\n'
    const path = file('own.csv', text)
    linkSync(path, join(folder, 'own-link.csv'))
    const head = '\uFEFFid,name,source,reject_line,reject_code,reject_reason,reject_place,reject_raw\r\n'
    const other = file('other.csv', 'salaries\n')
    const earlier = file('earlier.csv', `${head}E1,b,?,2,X,y,z,\r\n`)
    for (const [rejects, told] of [
      [path, /CLI_USE_WRONG .* is the file that is imported/],
      [join(folder, 'own-link.csv'), /CLI_USE_WRONG .* is the file that is imported/],
      [other, /CLI_FILE_UNWRITABLE .* is no rejects file of this import/],
      [earlier, /CLI_FILE_UNWRITABLE .* holds rows that an earlier import refused/],
    ] as const) {
      const before = readFileSync(rejects)
      const { exit, err } = await hrhub(
        ['import', path, '--mapping', 'my/candidate.in', '--rejects', rejects],
        {
          env,
        },
      )
      expect(err).toMatch(told)
      expect(exit).toBeGreaterThan(0)
      expect(readFileSync(rejects)).toEqual(before)
    }
    const good = await hrhub(['import', path, '--mapping', 'my/candidate.in', '--json'], { env })
    expect(good.json()).toMatchObject({
      counts: { refused: 1 },
      rejects: `${path}.ehr.candidate.rejects.csv`,
    })
  }, 60_000)

  it('of a header alone is refused where the mapping reads none of its columns', async () => {
    const words = (path: string) => ['import', path, '--mapping', 'my/candidate.in', '--dry']
    const { exit, err } = await hrhub(words(file('none.csv', '编号,姓名\n')), { env })
    expect(exit).toBe(1)
    expect(err).toMatch(/PIPELINE_IMPORT_COLUMN_MISSING .*no row stands under them/)
    expect((await hrhub(words(file('some.csv', 'id,name\n')), { env })).exit).toBe(0)
  })

  it.each([
    ['was cut after it was looked through', 'id,name\n', 0],
    ['gives fewer rows than were counted', undefined, 1],
  ])('is not done where the file %s', async (_, written, more) => {
    const path = file('short.csv', 'id,name\nS1,a\nS2,b\n')
    const opened = await openImport(path, {
      format: undefined,
      encoding: undefined,
      delimiter: undefined,
      sheet: undefined,
      blank: 'nothing',
    })
    const asked: string[] = []
    const begun = { position: 0, counts: {}, rejectsAt: 0, rejects: [], missing: [] }
    const ask = async (name: string): Promise<unknown> => {
      asked.push(name)
      if (name === 'importBegin' && written !== undefined) writeFileSync(path, written)
      if (name === 'importBegin') return { ...begun, connection: 'ehr', resource: 'candidate' }
      return { position: 2, counts: { folded: 2 }, rejects: [] }
    }
    const words = {
      tenant: 'default',
      mapping: 'm',
      connection: undefined,
      resource: undefined,
      again: false,
    }
    const counted = { ...opened, rowCount: opened.rowCount + more }
    const quiet = { note: () => {}, show: () => {}, progress: () => ({ at: () => {}, end: () => {} }) }
    const run = runImport(
      ask as Ask,
      counted,
      { ...words, rejects: undefined },
      quiet as unknown as Terminal,
      () => false,
    )
    await expect(run).rejects.toMatchObject({ code: 'PIPELINE_IMPORT_MOVED' })
    expect(asked).not.toContain('importEnd')
    expect(asked.at(-1)).toBe('importLeave')
    await opened.close()
  })
})

describe('an import beside a hub that runs on the folder', () => {
  let hub: Hub
  let close = async () => {}
  beforeAll(async () => {
    hub = await startHub({ settings: settings() })
    const door = await openOperatorDoor(meansOf(hub))
    const started = new Date().toISOString()
    writeRunning(join(folder, 'data'), {
      pid: process.pid,
      started,
      address: null,
      door: door.address,
      key: door.key,
    })
    close = async () => {
      removeRunning(join(folder, 'data'))
      await door.close()
      await hub.stop()
    }
  }, 120_000)
  afterAll(() => close())

  it('killed at any moment goes on where it was, with each row once and a whole rejects file', async () => {
    const count = 4_000
    const rows = Array.from(
      { length: count },
      (_, i) => `K${i + 1},n${i + 1},,${(i + 1) % 50 === 0 ? '熟人' : '内推'}`,
    )
    const path = file('killed.csv', `id,name,phones[0].number,source\n${rows.join('\n')}\n`)
    const words = ['import', path, '--mapping', 'my/candidate.in', '--json']
    const child = spawn(process.execPath, [join(compiledSource(), 'src/main.js'), ...words], {
      env: { PATH: process.env['PATH'], HRHUB_SETTINGS: '/dev/null/none', ...env },
      stdio: 'ignore',
    })
    await killedAfterFirstRows(child, hub)
    const waiting = await hrhub(words, { env })
    expect(waiting.json()).toMatchObject({ error: { code: 'PIPELINE_IMPORT_RUNNING' } })
    // The lease of the killed run passes with time; the test does not wait for it.
    await hub.ledger.query('update hrhub.leases set until = clock_timestamp() where name like $1', [
      'import:%',
    ])
    const { exit, json } = await hrhub(words, { env })
    expect(exit).toBe(1)
    const summary = json()
    expect(summary).toMatchObject({ end: 'done', stored: count, counts: { folded: 3_920, refused: 80 } })
    expect(summary['resumed_at']).toBeGreaterThan(0)
    const rejected = readFileSync(`${path}.ehr.candidate.rejects.csv`, 'utf8')
      .trimEnd()
      .split('\r\n')
      .slice(1)
    expect(rejected.map(line => Number(line.slice(1, line.indexOf(','))))).toEqual(
      Array.from({ length: 80 }, (_, i) => (i + 1) * 50),
    )
    const { rows: found } = await hub.ledger.query<{ items: number }>(
      `select sum(jsonb_array_length(verdicts))::int as items from hrhub.messages
       where tenant = 'default' and head->>'import' = (select id from hrhub.imports where tenant = 'default' and file = 'killed.csv')`,
    )
    expect(found).toEqual([{ items: count }])
  }, 120_000)
})

/** Kills the process once some rows of it are stored; the hub is asked, nobody sleeps. */
async function killedAfterFirstRows(child: ChildProcess, { ledger }: Hub): Promise<void> {
  const gone = new Promise<void>(resolve => child.once('exit', () => resolve()))
  let over = false
  void gone.then(() => {
    over = true
  })
  for (;;) {
    const { rows } = await ledger.query<{ position: number }>(
      `select position from hrhub.imports where tenant = 'default' and file = 'killed.csv'`,
    )
    if ((rows[0]?.position ?? 0) > 0) break
    if (over) throw new Error('the import ended before a row was stored')
  }
  child.kill('SIGKILL')
  await gone
}
