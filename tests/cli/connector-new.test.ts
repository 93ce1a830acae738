import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { readForeign } from '../../src/connector/draft/read-document.js'
import { CREDENTIAL, startAlone } from '../../src/sandbox/alone/start.js'
import type { Simulator } from '../../src/sandbox/types.js'
import { hrhub, tempFolder } from './kit.js'

const DOCUMENTS = 'tests/fixtures/openapi'
const documentFile = (name: string) => join(DOCUMENTS, name)

const running: Simulator[] = []
afterEach(async () => {
  for (const simulator of running.splice(0)) await simulator.close()
})

async function project(files: Readonly<Record<string, string>> = {}): Promise<string> {
  const folder = join(tempFolder(), 'mine')
  await hrhub(['init', folder])
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

const draft = (folder: string, name: string, document: string, more: readonly string[] = []) =>
  hrhub(['connector', 'new', name, '--openapi', document, '--project', folder, ...more])

interface Problem {
  readonly code: string
  readonly severity: string
  readonly file: string
  readonly line: number
}
async function check(folder: string): Promise<{ exit: number; problems: readonly Problem[] }> {
  const { exit, json } = await hrhub(['check', '--project', folder, '--json'])
  return { exit, problems: (json() as { problems: Problem[] }).problems }
}

async function simulate(folder: string, document: string, name: string): Promise<Simulator> {
  const file = join(folder, 'openapi', document)
  const { document: read } = readForeign(readFileSync(file, 'utf8'), file)
  if (!read) throw new Error('the copy cannot be read')
  const simulator = await startAlone(name, read)
  running.push(simulator)
  return simulator
}

const SETTINGS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'hire-smart': { api_key: CREDENTIAL },
  lift: { username: CREDENTIAL, webhook_secret: 'x', perform_as: 'user_1' },
  'ce-ping': { app_id: CREDENTIAL, app_secret: CREDENTIAL },
}

describe('a connector drafted from a document that was not written for us', () => {
  it.each([
    ['hire-smart', 'hire-smart.yaml', 'candidate', { id: 'candidate_1' }],
    ['lift', 'lift.json', 'opportunity', { id: 'opportunity_1' }],
    ['ce-ping', 'ce-ping.yaml', 'candidate', { id: '1' }],
  ])(
    '%s passes check at once, and its calls work against the simulator of the document',
    async (name, document, resource, { id }) => {
      const folder = await project()
      const made = await draft(folder, name, documentFile(document))
      expect(made.exit).toBe(0)
      const { exit, problems } = await check(folder)
      expect(exit).toBe(0)
      expect(new Set(problems.map(({ code, severity }) => `${severity} ${code}`))).toEqual(
        new Set(['warning CONFIG_QUESTION_OPEN']),
      )

      const simulator = await simulate(folder, document, name)
      const settings = { base_url: simulator.url, ...SETTINGS[name] }
      writeFileSync(
        join(folder, 'connections.yaml'),
        JSON.stringify({
          connections: [{ connection: name, connector: name, allow_private: true, settings }],
        }),
      )
      const body = join(folder, 'connectors', name, 'fixtures', `${resource}.create.body.json`)
      const words = ['connector', 'run', name, `${resource}.create`, body, '--project', folder]
      const dry = await hrhub([...words, '--dry'])
      expect(dry.exit).toBe(0)
      expect(dry.lines[1]).toMatch(/^POST http:\/\/127\.0\.0\.1:\d+\//)
      expect(simulator.effects).toEqual([])
      const run = await hrhub([...words, '--json'])
      expect(run.json()).toMatchObject({ steps: [{ outcome: { is: 'accepted', id } }] })
      expect(simulator.effects.map(({ verb }) => verb)).toEqual(['create'])
    },
  )

  it('finds resources, pages, times and partners of an ATS, and says how sure it is', async () => {
    const folder = await project()
    await draft(folder, 'hire-smart', documentFile('hire-smart.yaml'))
    const manifest = readFileSync(join(folder, 'connectors/hire-smart/connector.yaml'), 'utf8')
    expect(manifest).toContain('auth: { use: api_key, value: settings.api_key }')
    expect(manifest).toContain('create: { operation: candidates.add, take: { id: body.id } }')
    expect(manifest).toContain('updatedAfter: { from: since, as: datetime }')
    expect(manifest).toContain(
      'next: { offset: 0, while: body.offset + size(body.content) < body.totalFound }',
    )
    expect(manifest).toContain('#  candidates.status.update: PUT /candidates/{id}/jobs/{jobId}/status')
    const mapping = readFileSync(join(folder, 'mappings/hire-smart/candidate.in.yaml'), 'utf8')
    expect(mapping).toContain('phones: [ { from: phoneNumber, as: phone } ]  # likely')
    expect(mapping).toContain('emails: [ { from: email, as: email } ]  # sure')
    expect(mapping).toMatch(/# Found no partner here:\n {2}# {3}internal, /)
    const job = readFileSync(join(folder, 'mappings/hire-smart/job.in.yaml'), 'utf8')
    expect(job).toContain('# ?: is a job there a position here?')
    expect(readFileSync(join(folder, 'mappings/hire-smart/interview.out.yaml'), 'utf8')).toContain(
      'candidateId: { external: { of: candidate, resource: candidate }, missing: wait }  # sure',
    )
    expect(readFileSync(join(folder, 'connectors/hire-smart/README.md'), 'utf8')).toContain(
      'DELETE /candidates/{id}: had no operationId, it is now delete_candidates_by_id',
    )
  })

  it('finds a token call, an envelope, calls named by verbs, and Chinese names', async () => {
    const folder = await project()
    await draft(folder, 'ce-ping', documentFile('ce-ping.yaml'))
    const manifest = readFileSync(join(folder, 'connectors/ce-ping/connector.yaml'), 'utf8')
    expect(manifest).toContain(
      'auth: { use: token_exchange, exchange: { operation: getToken, with: { body: { app_id: settings.app_id, app_secret: settings.app_secret, grant_type: { value: client_credentials } } }, token: body.data.access_token',
    )
    expect(manifest).toContain('app_secret: { type: string, title: app_secret, secret: true }')
    expect(manifest).toContain('success: body.code == 0')
    expect(manifest).toContain(
      'read: { operation: candidateDetail, with: { body: { candidate_id: id } }, item: body.data }',
    )
    const mapping = readFileSync(join(folder, 'mappings/ce-ping/candidate.in.yaml'), 'utf8')
    expect(mapping).toContain(`phones: [ { from: '["手机号"]', as: phone } ]`)
  })

  it('takes what a vendor calls back as a hint where it can read the thing again', async () => {
    const folder = await project()
    await draft(folder, 'lift', documentFile('lift.json'))
    const manifest = readFileSync(join(folder, 'connectors/lift/connector.yaml'), 'utf8')
    expect(manifest).toContain(
      'callback: { event: opportunityUpdated, id: data.opportunity.id, refetch: { operation: getOpportunity, with: { opportunity: event.data.opportunity.id }, item: body.data } }',
    )
    expect(manifest).toContain('next: { cursor: body.next, while: body.hasNext }')
    expect(manifest).toContain('perform_as: settings.perform_as')
    expect(manifest).toContain('# ?: how is X-Lift-Signature made')
    expect(readFileSync(join(folder, 'openapi/lift.json'), 'utf8')).toBe(
      readFileSync(documentFile('lift.json'), 'utf8'),
    )
  })

  it('tells the same as JSON', async () => {
    const folder = await project()
    const { json } = await draft(folder, 'lift', documentFile('lift.json'), ['--json'])
    expect(json()).toMatchObject({
      resources: [
        { name: 'opportunity', can: ['create', 'read', 'callback', 'poll'], kind: 'candidate' },
        { name: 'posting', can: ['poll'], kind: 'position' },
      ],
      changes: [],
      questions: (await check(folder)).problems.length,
    })
  })
})

describe('a draft that cannot be', () => {
  const everything = (folder: string) => readdirSync(folder, { recursive: true }).map(String).sort()

  it('of a name that is taken writes nothing over', async () => {
    const folder = await project()
    await draft(folder, 'lift', documentFile('lift.json'))
    writeFileSync(join(folder, 'connectors/lift/connector.yaml'), 'mine')
    const before = everything(folder)
    const { exit, err } = await draft(folder, 'lift', documentFile('hire-smart.yaml'))
    expect(exit).toBe(1)
    expect(err).toContain('CLI_NAME_TAKEN')
    expect(everything(folder)).toEqual(before)
    expect(readFileSync(join(folder, 'connectors/lift/connector.yaml'), 'utf8')).toBe('mine')
    expect((await draft(folder, 'feishu', documentFile('lift.json'))).err).toContain('CLI_NAME_TAKEN')
  })

  it.each([
    ['Swagger 2', 'swagger: "2.0"\npaths: {}\n', 'swagger2openapi'],
    ['a broken document', 'openapi: 3.1.0\npaths: [\n', 'CONFIG_YAML_BROKEN'],
    ['no paths', 'openapi: 3.1.0\npaths: {}\n', 'has no paths'],
    [
      'no resource',
      'openapi: 3.1.0\ninfo: { title: A, version: "1" }\npaths:\n  /ping: { get: { operationId: ping, responses: { "204": { description: pong } } } }\n',
      'no resource was found',
    ],
  ])('of %s says why, with the place, and leaves nothing', async (_what, text, said) => {
    const folder = await project()
    const before = everything(folder)
    const file = join(tempFolder({ 'acme.yaml': text }), 'acme.yaml')
    const { exit, lines } = await draft(folder, 'acme', file)
    expect(exit).toBe(1)
    expect(lines[0]).toMatch(/acme\.yaml:\d+:\d+ C\w+_BROKEN /)
    expect(lines.join('\n')).toContain(said)
    expect(everything(folder)).toEqual(before)
  })

  it('is told apart from wrong use', async () => {
    const folder = await project()
    for (const words of [
      ['connector', 'new', 'acme', '--project', folder],
      ['connector', 'new', 'Acme!', '--openapi', documentFile('lift.json'), '--project', folder],
      ['connector', 'new', 'candidate', '--openapi', documentFile('lift.json'), '--project', folder],
      ['connector', 'new', 'acme', '--openapi', 'no-such-file.json', '--project', folder],
    ])
      expect((await hrhub(words)).exit).toBe(2)
    const elsewhere = tempFolder()
    expect((await draft(elsewhere, 'acme', documentFile('lift.json'))).err).toContain('hrhub init')
    expect(existsSync(join(elsewhere, 'connectors'))).toBe(false)
  })
})

describe('a document that is hard to read', () => {
  it('of 5 MB is drafted from in seconds', async () => {
    const paths: Record<string, unknown> = {}
    const schemas: Record<string, unknown> = {}
    const json = (schema: object) => ({ content: { 'application/json': { schema } } })
    for (let index = 0; index < 700; index++) {
      const ref = { $ref: `#/components/schemas/Thing${index}` }
      schemas[`Thing${index}`] = {
        type: 'object',
        properties: {
          id: { type: 'string' },
          ...Object.fromEntries(
            Array.from({ length: 30 }, (_, at) => [
              `field_${at}`,
              {
                type: 'string',
                description:
                  'a field with a long description of what it is for, as vendors write them; '.repeat(3),
              },
            ]),
          ),
        },
      }
      paths[`/things${index}`] = {
        get: {
          operationId: `list${index}`,
          responses: { 200: { description: 'ok', ...json({ type: 'array', items: ref }) } },
        },
        post: {
          operationId: `create${index}`,
          requestBody: json(ref),
          responses: { 201: { description: 'ok', ...json(ref) } },
        },
      }
    }
    const text = JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'Large', version: '1' },
      servers: [{ url: 'https://large.example' }],
      paths,
      components: { schemas },
    })
    expect(text.length).toBeGreaterThan(5_000_000)
    const folder = await project()
    const file = join(tempFolder({ 'large.json': text }), 'large.json')
    const begun = performance.now()
    const { exit, json: told } = await draft(folder, 'large', file, ['--json'])
    expect(performance.now() - begun).toBeLessThan(15_000)
    expect(exit).toBe(0)
    expect((told() as { resources: unknown[] }).resources).toHaveLength(700)
  }, 60_000)

  it('whose schemas all contain each other is drafted from in seconds, and passes check', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `S${index}`)
    const schemas = Object.fromEntries(
      names.map(name => [
        name,
        {
          type: 'object',
          properties: {
            id: { type: 'string' },
            name: { type: 'string' },
            email: { type: 'string' },
            ...Object.fromEntries(
              names.map(other => [`to_${other}`, { $ref: `#/components/schemas/${other}` }]),
            ),
          },
        },
      ]),
    )
    const json = { content: { 'application/json': { schema: { $ref: '#/components/schemas/S0' } } } }
    const text = JSON.stringify({
      openapi: '3.1.0',
      info: { title: 'Circular', version: '1' },
      servers: [{ url: 'https://circular.example' }],
      paths: {
        '/candidates': {
          post: {
            operationId: 'make',
            requestBody: json,
            responses: { 201: { description: 'ok', ...json } },
          },
        },
        '/candidates/{id}': {
          get: {
            operationId: 'get',
            parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
            responses: { 200: { description: 'ok', ...json } },
          },
        },
      },
      components: { schemas },
    })
    const folder = await project()
    const file = join(tempFolder({ 'circular.json': text }), 'circular.json')
    const begun = performance.now()
    const { exit } = await draft(folder, 'circular', file)
    expect(exit).toBe(0)
    expect((await check(folder)).exit).toBe(0)
    expect(performance.now() - begun).toBeLessThan(15_000)
    expect(readFileSync(join(folder, 'mappings/circular/candidate.in.yaml'), 'utf8')).toContain(
      'name: name  # sure',
    )
  }, 60_000)
})
