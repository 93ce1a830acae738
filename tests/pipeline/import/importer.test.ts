import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { expect, it } from 'vitest'
import { runImport } from '../../../src/cli/import/run-import.js'
import { IMPORT_VERBS } from '../../../src/cli/operator/import-verbs.js'
import type { Ask } from '../../../src/cli/operator/operate.js'
import type { Terminal } from '../../../src/cli/terminal.js'
import { HubError } from '../../../src/kernel/errors.js'
import type { Ledger } from '../../../src/ledger/engine/types.js'
import { imports, messages } from '../../../src/ledger/schema.js'
import { selectRows } from '../../../src/ledger/table.js'
import type { Said } from '../../../src/mapping/types.js'
import { type InFlow, inboundKey } from '../../../src/pipeline/config/types.js'
import { forEachEngine } from '../../support/engines.js'
import { configOf, inMapping, type Rig, rig } from '../rig.js'
import { reference, TENANT } from '../support.js'
import { FakeVendor } from '../vendor.js'
import { openFile, fileOf as putFile } from './files.js'

/** What a row says: its title; `bad` is refused, `defect` is a mistake of ours. */
function said(row: { id?: string; title?: string; application?: string }): Partial<Said> {
  if (row.id === undefined)
    throw new HubError('MAPPING_VALUE_INVALID', {
      detail: 'id: nothing there',
      where: { file: 'm.yaml', line: 3 },
    })
  if (row.title === 'bad')
    throw new HubError('MAPPING_VALUE_UNKNOWN', {
      detail: 'title: "bad"',
      where: { file: 'm.yaml', line: 7, column: 2, path: 'title' },
    })
  const fields = row.application ? { application: reference('application', row.application) } : {}
  return { identity: row.id, fields: { ...fields, title: row.title ?? null } as never }
}

function hubOn(ledger: Ledger, mapping = said): Rig {
  const flow: InFlow = {
    id: 'interviews',
    connection: 'ehr',
    resource: 'interview',
    kind: 'interview',
    mapping: { ...inMapping('interview', mapping as never), name: 'my/interview.in' },
  }
  return rig(ledger, configOf([new FakeVendor('ehr')], [], [flow]))
}

const asking = (hub: Rig): Ask =>
  (async (verb: keyof typeof IMPORT_VERBS, words: never) =>
    IMPORT_VERBS[verb].run({ parts: hub.parts, pipeline: hub.pipeline } as never, words)) as never

const silent: Terminal = {
  json: false,
  show: () => undefined,
  note: () => undefined,
  progress: () => ({ at: () => undefined, end: () => undefined }),
  read: async () => '',
}

interface Tried {
  readonly ask?: (ask: Ask) => Ask
  readonly again?: boolean
  readonly connection?: string
  readonly resource?: string
  readonly mapping?: string
  readonly stopping?: () => boolean
}

async function importing(hub: Rig, path: string, tried: Tried = {}) {
  const file = await openFile(path)
  try {
    return await runImport(
      (tried.ask ?? (ask => ask))(asking(hub)),
      file,
      {
        tenant: TENANT,
        mapping: tried.mapping ?? (tried.connection ? undefined : 'my/interview.in'),
        connection: tried.connection,
        resource: tried.resource,
        again: tried.again ?? false,
        rejects: `${path}.rejects.csv`,
      },
      silent,
      tried.stopping ?? (() => false),
    )
  } finally {
    await file.close()
  }
}

/** Rows 1 to `count`; every tenth is refused, every hundredth cannot even be taken apart. */
const csvOf = (count: number, mark = '') =>
  `id,title\n${Array.from({ length: count }, (_, i) => {
    const n = i + 1
    return n % 100 === 0 ? `${mark}R${n},a,b` : n % 10 === 0 ? `${mark}R${n},bad` : `${mark}R${n},t${n}`
  }).join('\n')}\n`

/** Lets a verb through `times` times; then the process is dead, before or after the hub did what it was asked. */
const dying =
  (times: number, when: 'before' | 'after') =>
  (ask: Ask): Ask => {
    let left = times
    return (async (verb: never, words: never) => {
      if (left < 0) throw new Error('dead')
      if (verb === ('importRows' as never)) left -= 1
      if (left < 0 && when === 'before') throw new Error('dead')
      const answer = await ask(verb, words)
      if (left < 0) throw new Error('dead')
      return answer
    }) as never
  }

const stored = async (hub: Rig) => {
  const rows = await selectRows(hub.ledger, messages, 'where t.tenant = $1 order by t.id', [TENANT])
  return rows.flatMap(({ head, body }) =>
    (JSON.parse(body) as unknown[]).map((_, i) => Number(head['first']) + i),
  )
}

/** The lease of a killed run passes with time; a test does not wait for it. */
const passLeases = (hub: Rig) => hub.ledger.query('update hrhub.leases set until = clock_timestamp()')

const rejectLines = (path: string) =>
  readFileSync(`${path}.rejects.csv`, 'utf8').trimEnd().split('\r\n').slice(1)

forEachEngine('importing', engine => {
  /** A file of this engine's own: what another one's run refused lies beside its file. */
  const fileOf = (name: string, content: string) => putFile(`${engine.name}-${name}`, content)

  it('folds every row, counts it, and lists the refused ones as they came', async () => {
    const hub = hubOn(await engine.open())
    const path = fileOf('all.csv', csvOf(300))
    const result = await importing(hub, path)
    expect(result).toMatchObject({
      end: 'done',
      connection: 'ehr',
      resource: 'interview',
      position: 300,
      resumedAt: 0,
      counts: { folded: 270, refused: 30 },
    })
    expect(await hub.records('interview')).toHaveLength(270)
    const lines = rejectLines(path)
    expect(lines).toHaveLength(30)
    expect(lines[0]).toBe('R10,bad,11,MAPPING_VALUE_UNKNOWN,"title: ""bad""",m.yaml:7:2 title,')
    expect(lines[9]).toBe(
      'R100,a,101,PIPELINE_IMPORT_ROW_BROKEN,"the row has 3 cells, the header 2",,"[""R100"",""a"",""b""]"',
    )
    expect(statSync(`${path}.rejects.csv`).mode & 0o777).toBe(0o600)
    expect(
      (await selectRows(hub.ledger, messages, 'where t.tenant = $1', [TENANT])).every(
        m => m.source === 'import',
      ),
    ).toBe(true)
  })

  it.each([
    ['before', 2],
    ['after', 2],
    ['after', 0],
  ] as const)('killed %s the commit of a portion, goes on at the very row: %s', async (when, portions) => {
    const hub = hubOn(await engine.open())
    const path = fileOf(`killed-${when}-${portions}.csv`, csvOf(2_000))
    await expect(importing(hub, path, { ask: dying(portions, when) })).rejects.toThrow('dead')
    const [row] = await selectRows(hub.ledger, imports, 'where t.tenant = $1', [TENANT])
    expect(row).toMatchObject({ done_at: null })
    expect(row?.position).toBeGreaterThan(when === 'before' || portions > 0 ? 0 : 99)
    await expect(importing(hub, path)).rejects.toMatchObject({ code: 'PIPELINE_IMPORT_RUNNING' })
    await passLeases(hub)
    const result = await importing(hub, path)
    expect(result).toMatchObject({
      end: 'done',
      position: 2_000,
      resumedAt: row?.position,
      counts: { folded: 1_800, refused: 200 },
    })
    const rows = await stored(hub)
    expect(rows).toEqual([...new Set(rows)])
    expect(rows).toHaveLength(1_980)
    const lines = rejectLines(path)
    expect(lines.map(line => Number(line.split(',')[0]?.slice(1)))).toEqual(
      Array.from({ length: 200 }, (_, i) => (i + 1) * 10),
    )
  })

  it('does nothing with a file that was imported, unless it is asked again; then nothing changes', async () => {
    const hub = hubOn(await engine.open())
    const path = fileOf('twice.csv', csvOf(30))
    await importing(hub, path)
    expect(await importing(hub, path)).toMatchObject({ end: 'before', counts: { folded: 27, refused: 3 } })
    expect(await stored(hub)).toHaveLength(30)
    const again = await importing(hub, path, { again: true })
    expect(again).toMatchObject({ end: 'done', resumedAt: 0, counts: { unchanged: 27, refused: 3 } })
    expect((await hub.records('interview')).every(record => record.version === 1)).toBe(true)
    expect(rejectLines(path)).toHaveLength(3)
  })

  it('leaves no rejects file where nothing is refused', async () => {
    const hub = hubOn(await engine.open())
    const path = fileOf('clean.csv', csvOf(9))
    expect(await importing(hub, path)).toMatchObject({ rejects: undefined, counts: { folded: 9 } })
    expect(existsSync(`${path}.rejects.csv`)).toBe(false)
  })

  it('is one run at a time: the second of one file is refused, and each row is stored once', async () => {
    const hub = hubOn(await engine.open())
    const path = fileOf('two.csv', csvOf(600))
    const copy = fileOf('two-copy.csv', csvOf(600))
    const ends = await Promise.allSettled([importing(hub, path), importing(hub, copy)])
    expect(ends.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(ends.find(end => end.status === 'rejected')).toMatchObject({
      reason: { code: 'PIPELINE_IMPORT_RUNNING' },
    })
    expect((await stored(hub)).sort((a, b) => a - b)).toEqual(
      [...new Set(await stored(hub))].sort((a, b) => a - b),
    )
  })

  it('stores nothing for a run that was overtaken while its process stood still', async () => {
    const hub = hubOn(await engine.open())
    const path = fileOf('overtaken.csv', csvOf(50))
    const file = await openFile(path)
    const { importer } = hub.pipeline
    const words = {
      tenant: TENANT,
      mapping: 'my/interview.in',
      hash: file.hash,
      file: file.name,
      writtenAt: 1,
      columns: undefined,
      sample: [],
      again: false,
    }
    const key = { tenant: TENANT, connection: 'ehr', resource: 'interview', hash: file.hash }
    await file.close()
    await importer.begin({ ...words, holder: 'first' })
    const row = (n: number) => ({ row: n, line: n + 1, body: { id: `R${n}`, title: 't' } })
    await importer.store(key, 'first', 0, 0, [row(1)])
    await passLeases(hub)
    expect(await importer.begin({ ...words, holder: 'second' })).toMatchObject({ position: 1 })
    await expect(importer.store(key, 'first', 1, 0, [row(2)])).rejects.toMatchObject({
      code: 'PIPELINE_IMPORT_RUNNING',
    })
    await importer.store(key, 'second', 1, 0, [row(2)])
    await expect(importer.store(key, 'second', 1, 0, [row(2)])).rejects.toMatchObject({
      code: 'PIPELINE_IMPORT_MOVED',
    })
    await expect(importer.store(key, 'second', 2, 0, [row(4)])).rejects.toMatchObject({
      code: 'PIPELINE_IMPORT_MOVED',
    })
    expect((await stored(hub)).sort()).toEqual([1, 2])
    await expect(importer.end(key, 'second', 50)).rejects.toMatchObject({ code: 'PIPELINE_IMPORT_MOVED' })
    await importer.end(key, 'second', 2)
    await expect(importer.store(key, 'second', 2, 0, [row(3)])).rejects.toMatchObject({
      code: 'PIPELINE_IMPORT_MOVED',
    })
  })

  it('stopped in order, keeps what it has and goes on at once', async () => {
    const hub = hubOn(await engine.open())
    const path = fileOf('stopped.csv', csvOf(500))
    let asked = 0
    const first = await importing(hub, path, { stopping: () => asked++ > 0 })
    expect(first).toMatchObject({ end: 'stopped' })
    expect(first.position).toBe(100)
    expect(await importing(hub, path)).toMatchObject({ end: 'done', resumedAt: 100, position: 500 })
    expect(rejectLines(path)).toHaveLength(50)
  })

  it('begins a rejects file anew where that of the run before is gone', async () => {
    const hub = hubOn(await engine.open())
    const path = fileOf('gone.csv', csvOf(2_000))
    let asked = 0
    await importing(hub, path, { stopping: () => asked++ > 1 })
    const { truncateSync } = await import('node:fs')
    truncateSync(`${path}.rejects.csv`, 0)
    const notes: string[] = []
    const note = silent.note
    Object.assign(silent, { note: (line: string) => notes.push(line) })
    const result = await importing(hub, path)
    Object.assign(silent, { note })
    expect(notes[0]).toMatch(/rejects.csv of the run before is gone/)
    expect(readFileSync(`${path}.rejects.csv`, 'utf8')).toMatch(/^\uFEFFid,title,reject_line/)
    expect(rejectLines(path).length).toBeLessThan(200)
    expect(result.counts).toMatchObject({ folded: 1_800, refused: 200 })
  })

  it('shows the rows on which the hub itself fails, and folds the others', async () => {
    const hub = hubOn(await engine.open(), row => {
      if (row.title === 't7') throw new TypeError('a mistake of ours')
      return said(row)
    })
    const quiet = console.error
    console.error = () => undefined
    const path = fileOf('defect.csv', csvOf(150))
    const result = await importing(hub, path).finally(() => {
      console.error = quiet
    })
    // A message is folded whole or not at all: the 99 rows around it are refused with it, and can be replayed with it.
    expect(result).toMatchObject({ end: 'done', position: 150, counts: { folded: 45, refused: 105 } })
    const [row] = await selectRows(hub.ledger, imports, 'where t.tenant = $1', [TENANT])
    expect(row).toMatchObject({ position: 150, counts: { folded: 45, refused: 105, waiting: 0 } })
    expect(rejectLines(path)).toHaveLength(105)
  })

  it('refuses a row that does not say what it is about, and no other', async () => {
    const hub = hubOn(await engine.open(), row => ({
      ...said({ ...row, id: 'x' }),
      identity: row.id as never,
    }))
    const path = fileOf('nameless.csv', 'id,title\nR1,a\n,b\nR3,c\n')
    expect((await importing(hub, path)).counts).toEqual({ folded: 2, refused: 1 })
    expect(rejectLines(path)).toEqual([
      ',b,3,PIPELINE_IMPORT_IDENTITY_MISSING,the mapping finds no identity in the row,,',
    ])
  })

  it('lets a row wait for what it refers to, and folds it when that comes', async () => {
    const hub = hubOn(await engine.open())
    const path = fileOf('waiting.csv', 'id,title,application\nW1,t,A1\nW2,t,\n')
    expect((await importing(hub, path)).counts).toEqual({ folded: 1, waiting: 1 })
    await hub.say('ehr', 'application', 'A1', { stage: 'applied' })
    await hub.rest()
    expect(await hub.records('interview')).toHaveLength(2)
  })

  it('counts what the rows say as said when the file was written: news since then stands', async () => {
    const hub = hubOn(await engine.open())
    await hub.say('ats', 'interview', 'x', {})
    const path = fileOf('old.csv', 'id,title\nT1,from the file\n')
    const { utimesSync } = await import('node:fs')
    const written = new Date(hub.clock.now() - 3_600_000)
    utimesSync(path, written, written)
    await importing(hub, path)
    const [message] = await selectRows(hub.ledger, messages, `where t.source = 'import'`, [])
    expect(message).toMatchObject({ sent_at: written.getTime(), received_at: hub.clock.now() })
  })

  it('refuses what leads nowhere before anything is stored', async () => {
    const hub = hubOn(await engine.open())
    const path = fileOf('nowhere.csv', csvOf(5))
    const cases: [Tried, string][] = [
      [{ mapping: 'my/intervew.in' }, 'PIPELINE_IMPORT_FLOW_MISSING'],
      [{ connection: 'eh', resource: 'interview' }, 'PIPELINE_CONNECTION_UNKNOWN'],
      [{ connection: 'ehr', resource: 'offer' }, 'PIPELINE_IMPORT_FLOW_MISSING'],
    ]
    for (const [tried, code] of cases)
      await expect(importing(hub, path, tried)).rejects.toMatchObject({ code })
    const inbound = hub.parts.config(TENANT).inbound as Map<string, readonly InFlow[]>
    const [flow] = inbound.get(inboundKey('ehr', 'interview')) ?? []
    if (flow) inbound.set('ehr.other', [{ ...flow, resource: 'other' }])
    await expect(importing(hub, path)).rejects.toMatchObject({ code: 'PIPELINE_IMPORT_FLOW_UNCLEAR' })
    const nothing = fileOf('columns.csv', 'number,titel\n1,x\n2,y\n')
    await expect(importing(hub, nothing, { connection: 'ehr', resource: 'interview' })).rejects.toMatchObject(
      {
        code: 'PIPELINE_IMPORT_COLUMN_MISSING',
        message:
          'my/interview.in reads id, and the file has number, titel; no row can be mapped: id: nothing there',
      },
    )
    expect(await selectRows(hub.ledger, imports, '', [])).toEqual([])
    expect(await stored(hub)).toEqual([])
    expect(existsSync(`${path}.rejects.csv`)).toBe(false)
  })

  it('ends where the file is written to meanwhile', async () => {
    const hub = hubOn(await engine.open())
    const path = fileOf('growing.csv', csvOf(400))
    const { appendFileSync } = await import('node:fs')
    let asked = 0
    const grow = () => {
      if (asked++ === 1) appendFileSync(path, 'R401,t\n')
      return false
    }
    await expect(importing(hub, path, { stopping: grow })).rejects.toMatchObject({
      code: 'PIPELINE_IMPORT_MOVED',
    })
    expect(await stored(hub)).toHaveLength(99)
    // Another content is another import: it writes over no rows that the first refused.
    await expect(importing(hub, path)).rejects.toMatchObject({ code: 'CLI_FILE_UNWRITABLE' })
    rmSync(`${path}.rejects.csv`)
    expect(await importing(hub, path)).toMatchObject({ end: 'done', position: 401, resumedAt: 0 })
  })
})
