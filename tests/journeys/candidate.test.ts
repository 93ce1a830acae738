import { beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import { SCENES } from '../../src/sandbox/journey/scenes.js'
import { agreements } from '../../src/sandbox/journey/table.js'
import { VENDORS } from '../../src/sandbox/vendors.js'
import { expectOneEach, settled } from './one-each.js'
import { personalIn } from './personal.js'
import { freePort, openSandbox, type RunningSandbox, rememberedEffects } from './rig.js'

/** Where people's data belongs; everything else in the ledger must be clean. */
const HOLDS_PEOPLE = ['changes', 'identity_keys', 'links', 'messages', 'records', 'sayings']

describe('the journey of a candidate on the embedded ledger', () => {
  let sandbox: RunningSandbox
  let good = false
  beforeAll(async () => {
    sandbox = await openSandbox({ settings: { PORT: String(await freePort()) } })
    good = await sandbox.run.journey
    await settled(sandbox)
  }, 120_000)

  it('comes to a good end, scene by scene', () => {
    expect(good, sandbox.tale()).toBe(true)
    expect(sandbox.printed.filter(line => line.startsWith('  ✓'))).toHaveLength(SCENES.length)
    expect(sandbox.printed.filter(line => line.includes('all agree, one effect each'))).toHaveLength(2)
  })

  it('leaves every system with the same picture', async () => {
    const found = await agreements(sandbox.access)
    expect(found.map(({ candidate, problems }) => [candidate, problems])).toEqual([
      ['林知远', []],
      ['许若溪', []],
    ])
    const counted = (index: number) =>
      found[index]?.held.map(({ system, thing, count }) => `${system} ${thing}: ${count}`)
    const interview = (sequence: number) => [
      'AI interview session: 1',
      'EHR interview: 1',
      'Feishu calendar event: 1',
      'DingTalk calendar event: 1',
      `Mail invitation, sequence ${sequence}: 1`,
      'SMS link to the candidate: 1',
    ]
    const lines = (judged: number, courses: number) => [
      `AI interview report: ${judged}`,
      'hrhub application: 1',
      'EHR application: 1',
      `EHR score report: ${judged}`,
      `EHR offer: ${judged}`,
      `Feishu approval of the offer: ${judged}`,
      `LMS plan, ${courses} courses: ${judged}`,
      `LMS enrolment per weak dimension: ${courses}`,
    ]
    expect(counted(0)).toEqual([...interview(1), ...lines(1, 2)])
    expect(counted(1)).toEqual([...interview(0), ...lines(0, 0)])
    expect(found[0]?.held.flatMap(({ score }) => score ?? [])).toEqual([8.41, 8.41, 8.41, 8.41])
    expect(found[0]?.held.filter(one => one.about === 'offer').map(one => one.state)).toEqual([
      'in_approval',
      'in_approval',
    ])
    for (const { held } of found)
      expect(held.filter(one => one.start !== undefined).map(one => one.system)).toEqual([
        'AI interview',
        'EHR',
        'Feishu',
        'DingTalk',
        'Mail',
      ])
    expect(found.map(({ held }) => held[1]?.state)).toEqual(['evaluated', 'completed'])
  })

  it('says how soon the EHR held each state, as measured', () => {
    const shown = /the EHR shows (\w+) within \d+ ms of the AI tool/
    expect(sandbox.printed.flatMap(line => shown.exec(line)?.[1] ?? [])).toEqual([
      'started',
      'completed',
      'evaluated',
    ])
  })

  it('says of trouble only what the vendors recorded', () => {
    const story = sandbox.printed.join('\n')
    expect(story).toMatch(/cut after the work, the call came again \d+ ms later under the same token/)
    expect(story).toMatch(/callbacks that came twice: 1 of the AI tool; 1 of the EHR; there is one session/)
    expect(story).toMatch(/asked to wait 1 s, Feishu was called again 1\d{3,} ms later/)
    expect(story).toMatch(/the EHR, by Retry-After, \d{4,} ms later/)
    expect(story).toContain('“completed” reached the hub before “started”')
    for (const vendor of VENDORS) expect(sandbox.run.vendors.simulators[vendor].faults.list()).toEqual([])
  })

  it('brings the whole report to the EHR: evidence, clips that open, the emotion curve, custom fields', async () => {
    expect(sandbox.printed.join('\n')).toMatch(
      /5 dimensions, 5 quotes as evidence, 2 clips that open, 20 points of emotion; 10 custom fields/,
    )
    const ehr = await sandbox.access.holds('ehr')
    const [stored] = ehr['score_reports'] as readonly { readonly report: JsonObject }[]
    const { report } = stored ?? { report: {} }
    const dimensions = report['dimensions'] as readonly { name: string; evidence: readonly string[] }[]
    expect(dimensions.map(({ name, evidence }) => [name, evidence.length])).toEqual(
      ['编码能力', '沟通表达', '责任心', '问题分析', '系统设计'].map(name => [name, 1]),
    )
    const media = report['media'] as readonly { type: string; url: string }[]
    expect(media.map(({ type }) => type)).toEqual(['video/mp4', 'video/mp4'])
    for (const { url } of media) expect(url).toMatch(`${sandbox.run.url}/files/`)
    expect(report['emotion']).toHaveLength(20)
    expect(report['emotion']).toContainEqual([0, expect.any(Number)])
  })

  it('gives each course of the training plan its reason', async () => {
    const lms = await sandbox.access.holds('lms')
    const [planned] = lms['plans'] as readonly { items: readonly JsonObject[] }[]
    const reasons = (list: readonly JsonObject[] | undefined) => list?.map(one => one['reason']).sort()
    const expected = ['面试中沟通表达得 6.6 分，目标 7 分以上', '面试中责任心得 6.5 分，目标 7 分以上']
    expect(reasons(planned?.items)).toEqual(expected)
    expect(reasons(lms['enrolments'] as readonly JsonObject[])).toEqual(expected)
  })

  it('makes one of everything at every vendor, and tells nobody the same twice', () => {
    expectOneEach(rememberedEffects(sandbox.folder))
  })

  it('leaves nothing open, dead or refused behind', async () => {
    // A vendor may have called once more since: what it said is folded too.
    await settled(sandbox)
    const { rows } = await sandbox.run.hub.ledger.query(
      `select flow, state, because, last_error::text from hrhub.deliveries
        where state in ('parked', 'dead', 'unknown', 'in_flight') or open`,
    )
    expect(rows).toEqual([])
    const messages = await sandbox.run.hub.ledger.query(
      `select connection, state, verdicts::text from hrhub.messages where state not in ('folded', 'ignored')`,
    )
    expect(messages.rows).toEqual([])
    expect(sandbox.log.filter(line => /"level":[56]0/.test(line))).toEqual([])
  })

  it('writes nothing personal to its log', () => {
    expect(sandbox.log.length).toBeGreaterThan(20)
    expect(
      sandbox.log.flatMap(line => personalIn(line).map(what => `${what}: ${line.slice(0, 200)}`)),
    ).toEqual([])
  })

  it('keeps people’s data in no table but those made for it', async () => {
    const found = await grepLedger(sandbox, personalIn)
    expect(Object.keys(found).filter(place => !HOLDS_PEOPLE.includes(place.split('.')[0] ?? ''))).toEqual([])
    // Fails when the grep itself is blind.
    expect(Object.keys(found)).toEqual(expect.arrayContaining(['records.data', 'messages.body']))
    expect(found['messages.verdicts']).toBeUndefined()
  })

  it('writes no secret of a vendor to the ledger or the log in the clear', async () => {
    const secrets = Object.entries(sandbox.run.vendors.environment).filter(([name]) =>
      /KEY$|SECRET$|TOKEN$|PASSWORD$/.test(name),
    )
    expect(secrets.length).toBeGreaterThan(10)
    const inText = (text: string) => secrets.filter(([, value]) => text.includes(value)).map(([name]) => name)
    expect(await grepLedger(sandbox, inText)).toEqual({})
    expect(sandbox.log.flatMap(inText)).toEqual([])
  })

  it('tells nothing personal in figures, findings, and what it says of messages and deliveries', async () => {
    const metrics = await (await fetch(`${sandbox.run.url}/metrics`)).text()
    expect(metrics).toContain('hrhub_attempts_total')
    expect(personalIn(metrics)).toEqual([])
    for (const path of ['findings', 'messages', 'deliveries', 'effects', 'connections']) {
      const text = JSON.stringify(await sandbox.access.ask(`/v1/${path}`))
      expect(personalIn(text), path).toEqual([])
    }
  })

  it.each([
    ['PATCH', '/v1/candidates/by/ehr/candidate/c1', { data: { phones: '13800138021', name: { 林知远: 1 } } }],
    ['PATCH', '/v1/candidates/by/ehr/candidate/c1', { data: { emails: ['lin.zhiyuan@example.com', 7] } }],
    ['PATCH', '/v1/candidates/by/ehr/candidate/c1', { data: { salary_expectation: '38000' }, x: '林知远' }],
    ['GET', '/v1/candidates?cursor=13800138021', undefined],
    ['GET', '/v1/candidates/lin.zhiyuan@example.com', undefined],
    ['GET', '/v1/messages?since=13800138021', undefined],
    ['POST', '/hooks/13800138021/lin.zhiyuan@example.com', { name: '林知远' }],
    ['POST', '/hooks/ehr?phone=13800138021', { name: '林知远' }],
  ] as const)('answers %s %s without repeating what was said of a person', async (method, path, body) => {
    const answer = await fetch(`${sandbox.run.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${sandbox.adminKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    expect(answer.status, text).toBeGreaterThanOrEqual(400)
    expect(answer.status, text).toBeLessThan(500)
    expect(personalIn(text), text).toEqual([])
    expect(sandbox.log.flatMap(personalIn)).toEqual([])
  })
})

/** Every value of every table of the database, bytes included: what `inText` finds, by table and column. */
async function grepLedger(
  { run }: RunningSandbox,
  inText: (text: string) => readonly string[],
): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {}
  const tables = await run.hub.ledger.query(
    `select table_schema, table_name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')`,
  )
  expect(tables.rows.length).toBeGreaterThan(20)
  for (const { table_schema, table_name } of tables.rows as { table_schema: string; table_name: string }[]) {
    const { rows } = await run.hub.ledger.query(`select * from "${table_schema}"."${table_name}"`)
    for (const row of rows as JsonObject[]) {
      for (const [column, value] of Object.entries(row)) {
        const bytes = (value as unknown) instanceof Uint8Array
        const text = bytes
          ? Buffer.from(value as unknown as Uint8Array).toString('utf8')
          : JSON.stringify(value)
        const hits = text === undefined ? [] : inText(text)
        if (hits.length > 0)
          found[`${table_name}.${column}`] = [
            ...new Set([...(found[`${table_name}.${column}`] ?? []), ...hits]),
          ]
      }
    }
  }
  return found
}
