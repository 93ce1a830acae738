/**
 * Three documents that were not written for hrhub, an ATS's, an interview platform's and an LMS's, connected with YAML
 * alone: what the draft says at once, and its mended folder both ways, against two accounts simulated from the document.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { readForeign } from '../../src/connector/draft/read-document.js'
import { isObject, type JsonObject } from '../../src/kernel/json.js'
import { CREDENTIAL, startAlone } from '../../src/sandbox/alone/start.js'
import { hrhub, tempFolder } from '../cli/kit.js'
import { forEachEngine } from '../support/engines.js'
import { type Case, openCase } from './kit.js'

const FOREIGN = join(import.meta.dirname, '../fixtures/foreign')
const DOCUMENTS = join(import.meta.dirname, '../fixtures/openapi')
/** Of the first thing that a simulated account makes. */
const ID = '00000000-0000-4000-8000-000000000001'
const HALF_AN_HOUR = 30 * 60_000
const AUTHORIZED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  ashby: { authorization: `Basic ${Buffer.from(`${CREDENTIAL}:`).toString('base64')}` },
  hackerrank: { authorization: `Bearer ${CREDENTIAL}` },
  talentlms: { 'x-api-key': CREDENTIAL },
}

const environment = (agency: string, own: string) => ({
  AGENCY_URL: agency,
  OWN_URL: own,
  VENDOR_KEY: CREDENTIAL,
})

/** Two accounts of one vendor, of its document alone, on a clock that tests turn. */
async function accounts(name: string, clock: () => number) {
  const file = join(FOREIGN, name, 'openapi', `${name}.yaml`)
  const { document } = readForeign(readFileSync(file, 'utf8'), file)
  if (!document) throw new Error(`${file} cannot be read`)
  const start = async () => {
    const simulator = await startAlone(name, document, { clock: { now: clock } })
    onTestFinished(() => simulator.close())
    return simulator
  }
  return { agency: await start(), own: await start() }
}

describe('a document that was not written for us', () => {
  it.each([
    ['ashby', 'candidate', ['create', 'update', 'read', 'poll'], 'candidate'],
    ['hackerrank', 'interview', ['create', 'update', 'delete', 'read', 'poll'], 'interview'],
    ['talentlms', 'user', ['update', 'delete', 'read', 'poll'], 'person'],
  ])('%s is drafted as %s that can be %j', async (name, resource, can, kind) => {
    const folder = join(tempFolder(), 'mine')
    await hrhub(['init', folder])
    const document = join(DOCUMENTS, `${name}.yaml`)
    const made = await hrhub(['connector', 'new', name, '--openapi', document, '--project', folder, '--json'])
    expect(made.exit).toBe(0)
    expect(made.json()).toMatchObject({ resources: [{ name: resource, can, kind }] })
    const checked = await hrhub(['check', '--project', folder, '--json'])
    expect(checked.exit).toBe(0)
  })

  it('draws pages by cursor, offset and link of them', async () => {
    const folder = join(tempFolder(), 'mine')
    await hrhub(['init', folder])
    const draft = async (name: string): Promise<unknown> => {
      const document = join(DOCUMENTS, `${name}.yaml`)
      await hrhub(['connector', 'new', name, '--openapi', document, '--project', folder])
      return parse(readFileSync(join(folder, 'connectors', name, 'connector.yaml'), 'utf8'))
    }
    expect(await draft('ashby')).toMatchObject({
      resources: {
        candidate: { poll: { next: { cursor: 'body.nextCursor', while: 'body.moreDataAvailable' } } },
      },
    })
    expect(await draft('hackerrank')).toMatchObject({
      resources: { interview: { poll: { next: { offset: 0 } } } },
    })
    expect(await draft('talentlms')).toMatchObject({
      resources: {
        user: {
          poll: {
            with: { 'filter[last_updated][gte]': { from: 'since' } },
            next: { link: 'body._links.next' },
          },
        },
      },
    })
  })

  it.each(['ashby', 'hackerrank', 'talentlms'])('the mended folder of %s is sound', async name => {
    const env = environment('https://agency.example', 'https://own.example')
    const checked = await hrhub(['check', '--json', '--project', join(FOREIGN, name)], { env })
    const said = checked.json() as { problems: unknown[]; checked: { exercised: number; rules: number } }
    expect(said.problems).toEqual([])
    expect(checked.exit).toBe(0)
    expect(said.checked.exercised).toBe(said.checked.rules)
  })
})

forEachEngine('a vendor whose document was not written for us', engine => {
  async function start(name: string) {
    let hub: Case | undefined
    const { agency, own } = await accounts(name, () => hub?.clock.now() ?? Date.parse('2026-12-01T00:00:00Z'))
    hub = await openCase(await engine.open(), `../fixtures/foreign/${name}`, environment(agency.url, own.url))
    const opened = hub
    return {
      hub: opened,
      own,
      /** Says something to the agency's account, as its own people do. */
      async say(method: string, path: string, body: JsonObject): Promise<void> {
        const answer = await fetch(agency.url + path, {
          method,
          headers: { ...AUTHORIZED[name], 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
        expect(answer.status, await answer.text()).toBeLessThan(300)
      },
      async later() {
        opened.clock.pass(HALF_AN_HOUR)
        await opened.poll()
        expect(await opened.pollErrors()).toEqual([null])
      },
      async only(kind: string) {
        const all = await opened.all(kind)
        expect(all).toHaveLength(1)
        return all[0]?.data
      },
      /** What our own account was told, as `verb: body`. */
      told: () => own.effects.map(({ verb, body }) => ({ verb, ...(isObject(body) ? body : {}) })),
    }
  }

  it('an ATS by calls like candidate.create: Ashby', async () => {
    const { only, told, later, say } = await start('ashby')
    const person = (phone: string) => ({
      name: 'Li Lei',
      emailAddresses: [{ value: 'Li.Lei@example.com', type: 'Personal', isPrimary: true }],
      phoneNumbers: [{ value: phone, type: 'Personal', isPrimary: true }],
      tags: [],
    })
    await say('POST', '/candidate.create', person('138 0013 8000'))
    await later()
    expect(await only('candidate')).toMatchObject({
      name: 'Li Lei',
      emails: ['li.lei@example.com'],
      phones: ['+8613800138000'],
    })
    const first = { name: 'Li Lei', email: 'li.lei@example.com', phoneNumber: '+8613800138000' }
    expect(told()).toEqual([{ verb: 'create', ...first }])
    await later()
    expect(told()).toHaveLength(1)

    await say('POST', '/candidate.update', { candidateId: ID, ...person('139 0013 9000') })
    await later()
    expect(told().slice(1)).toEqual([
      { verb: 'update', candidateId: ID, ...first, phoneNumber: '+8613900139000' },
    ])
    await later()
    expect(told()).toHaveLength(2)
  })

  it('live interviews by offset and a range of times: HackerRank', async () => {
    const { hub, only, told, later, say } = await start('hackerrank')
    const times = { from: '2026-12-02T08:00:00Z', to: '2026-12-02T09:00:00Z' }
    await say('POST', '/x/api/v3/interviews', { title: 'Agency round', status: 'new', ...times })
    await later()
    expect(await only('interview')).toMatchObject({
      title: 'Agency round',
      state: 'scheduled',
      schedule: { start: times.from, end: times.to },
    })
    await say('PUT', '/x/api/v3/interviews/interview_1', { title: 'Agency round', status: 'ended', ...times })
    await later()
    expect(await only('interview')).toMatchObject({ state: 'completed', state_source: 'ended' })
    expect(told()).toEqual([])

    const candidate = await hub.say('candidate', 'c1', { name: 'Li Lei', emails: ['li.lei@example.com'] })
    const interview = (over: JsonObject = {}) =>
      hub.say('interview', 'i1', {
        type: 'human',
        title: 'Our round',
        candidate,
        schedule: { start: times.from, end: times.to },
        ...over,
      })
    const id = await interview()
    await later()
    const made = {
      verb: 'create',
      title: 'Our round',
      ...times,
      candidate: { name: 'Li Lei', email: 'li.lei@example.com' },
      metadata: { hub_id: id },
      send_email: true,
    }
    expect(told()).toEqual([made])
    await interview()
    await later()
    expect(told()).toHaveLength(1)
    await interview({ schedule: { start: times.from, end: '2026-12-02T10:00:00Z' } })
    await later()
    expect(told()[1]).toMatchObject({ verb: 'update', to: '2026-12-02T10:00:00Z' })
    await interview({ state: 'cancelled' })
    await later()
    expect(told().map(({ verb }) => verb)).toEqual(['create', 'update', 'delete'])
  })

  it('an LMS whose answers have no schema: TalentLMS', async () => {
    const { only, told, later, say } = await start('talentlms')
    const user = { name: 'Lei', surname: 'Li', login: 'lei', email: 'Li.Lei@example.com', type: 'Trainer' }
    await say('POST', '/api/v2/users', user)
    await later()
    expect(await only('person')).toMatchObject({
      name: 'Lei Li',
      emails: ['li.lei@example.com'],
      title: 'Trainer',
    })
    const learner = { name: 'Lei', surname: 'Li', login: 'li.lei@example.com', email: 'li.lei@example.com' }
    expect(told()).toEqual([{ verb: 'create', ...learner, password: CREDENTIAL }])
    await later()
    expect(told()).toHaveLength(1)

    await say('PATCH', '/api/v2/users/1', { ...user, surname: 'Wang' })
    await later()
    expect(told().slice(1)).toEqual([{ verb: 'update', ...learner, surname: 'Wang' }])
    await later()
    expect(told()).toHaveLength(2)
  })
})
