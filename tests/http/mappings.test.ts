import { beforeAll, expect, it } from 'vitest'
import { parseYaml } from '../../src/kernel/yaml.js'
import type { CompileContext } from '../../src/mapping/types.js'
import type { Use } from '../../src/pipeline/config/catalog.js'
import { isKind, schemaOfKind, stateOrder } from '../../src/pipeline/config/kinds.js'
import { inMapping } from '../pipeline/rig.js'
import { forEachEngine } from '../support/engines.js'
import { type Door, openDoor } from './door.js'

const FILES: Readonly<Record<string, string>> = {
  'ehr/person.in': `
mapping: ehr/person.in
from: fake.person
to: candidate
identity: id
fields:
  name: name
  phones: { each: phones, item: { from: "[0]", as: phone, region: CN } }
`,
  'ehr/person.out': `
mapping: ehr/person.out
from: candidate
to: fake.person
fields:
  full_name: name
  first_skill: { first: ["skills[0].name"] }
`,
}
const shape = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    name: { type: 'string', 'x-personal': 'name' },
    full_name: { type: 'string', 'x-personal': 'name' },
    first_skill: { type: 'string' },
    phones: { type: 'array', items: { type: 'array', items: { type: 'string', 'x-personal': 'phone' } } },
  },
}
const context: CompileContext = {
  tables: {},
  isKind,
  stateOrder,
  schemaOf: name => (name === 'fake.person' ? shape : schemaOfKind(name)),
}
const catalog = {
  source: (name: string) => {
    const text = FILES[name]
    return text === undefined ? undefined : { name, text, yaml: parseYaml(text, `mappings/${name}.yaml`) }
  },
  context: () => context,
  head: (name: string) =>
    name.endsWith('.out')
      ? { from: 'candidate', to: 'fake.person' }
      : { from: 'fake.person', to: 'candidate' },
  useOf: (name: string): Use => (name.endsWith('.out') ? 'out' : 'in'),
}

forEachEngine('mappings tried out', engine => {
  let door: Door
  let key: string
  const run = (name: string, body: unknown, by = key) =>
    door.call('POST', `/v1/mappings/${name}/run`, { key: by, body })

  beforeAll(async () => {
    door = await openDoor(await engine.open(), { hub: { catalogOf: () => catalog as never } })
    key = await door.key(['mappings:run'])
  })

  it('explains each rule with its place, and stores nothing', async () => {
    const input = { id: '17', name: '张三丰', phones: [['13800001111']] }
    for (const name of ['ehr/person.in', 'ehr%2Fperson.in']) {
      const ran = await run(name, { input })
      expect(ran).toMatchObject({
        status: 200,
        body: {
          verdict: 'said',
          result: { identity: '17', fields: { name: '张三丰', phones: ['+8613800001111'] } },
          refused: null,
        },
      })
      const rules = ran.body['rules'] as { target: string; file: string; line: number; from: string }[]
      const named = rules.find(rule => rule.target === 'name')
      expect(named).toMatchObject({ file: 'mappings/ehr/person.in.yaml', line: 7 })
      expect(named?.from).not.toContain('张三丰')
    }
    const { rows } = await door.ledger.query(
      'select 1 from hrhub.messages union all select 1 from hrhub.records',
    )
    expect(rows).toEqual([])
  })

  it('tells why an input is refused', async () => {
    const ran = await run('ehr/person.in', { input: { id: '17', phones: [['not a phone']] } })
    expect(ran).toMatchObject({ status: 200, body: { verdict: 'refused', result: null } })
    expect(ran.body['refused']).toMatchObject({ code: expect.stringMatching(/^MAPPING_/) })
    expect(JSON.stringify(ran.body['refused'])).not.toContain('not a phone')
  })

  it('writes a record as it is now, for a key that may read it', async () => {
    const ehr = await door.key(['records:write'], 'ehr')
    const said = await door.call('PATCH', '/v1/candidates/by/ehr/candidate/1', {
      key: ehr,
      body: { name: '李四', skills: [{ name: 'SQL' }] },
    })
    const { id } = said.body.record
    expect(await run('ehr/person.out', { record: id })).toMatchObject({
      status: 403,
      body: { code: 'HTTP_SCOPE_MISSING' },
    })
    const both = await door.key(['mappings:run', 'records:read'])
    expect(await run('ehr/person.out', { record: id }, both)).toMatchObject({
      status: 200,
      body: { verdict: 'mapped', result: { body: { full_name: '李四', first_skill: 'SQL' } } },
    })
    expect(await run('ehr/person.out', { input: { name: 'Pasted' } })).toMatchObject({
      body: { verdict: 'mapped', result: { body: { full_name: 'Pasted' } } },
    })
  })

  it.each([
    ['ehr/nothing.in', { input: {} }, 404, 'PIPELINE_ID_UNKNOWN'],
    ['ehr/person.in', { input: {}, connection: 'nobody' }, 404, 'PIPELINE_CONNECTION_UNKNOWN'],
    ['ehr/person.in', { inptu: {} }, 400, 'HTTP_REQUEST_INVALID'],
  ])('refuses %s with %j', async (name, body, status, code) => {
    expect(await run(name, body)).toMatchObject({ status, body: { code } })
  })

  it('folds again in the background those messages that would say something else', async () => {
    const hook = (name: string) =>
      door.call('POST', '/hooks/hk_ehr', { headers: { 'x-secret': 'right' }, body: { id: name, name } })
    await hook('kept')
    await hook('mended')
    const inbound = door.parts.config('default').inbound as Map<string, readonly object[]>
    const flows = inbound.get('ehr.candidate') ?? []
    const mended = inMapping('candidate', ({ id, name }: { id: string; name: string }) => ({
      identity: id,
      fields: { name: name === 'mended' ? 'as it should be' : name },
    }))
    inbound.set('ehr.candidate', [{ ...flows[0], mapping: { ...mended, version: 'v2' } }])
    const replay = (name: string, by: string) =>
      door.call('POST', `/v1/mappings/${name}/replay`, { key: by, body: {} })
    const operator = await door.key(['messages:write', 'deliveries:read', 'records:read'])
    expect(await replay('test.in', key)).toMatchObject({ status: 403, body: { code: 'HTTP_SCOPE_MISSING' } })
    expect(await replay('ehr/nothing.in', operator)).toMatchObject({
      status: 422,
      body: { code: 'PIPELINE_MAPPING_UNUSED' },
    })
    const begun = await replay('test.in', operator)
    expect(begun).toMatchObject({ status: 202, body: { matched: 2 } })
    const asked = () => door.call('GET', `/v1/operations/${begun.body.operation}`, { key: operator })
    await expect.poll(async () => (await asked()).body.state).toBe('done')
    expect((await asked()).body).toMatchObject({ matched: 2, scanned: 2, replayed: 1, redriven: null })
    const { body } = await door.call('GET', '/v1/candidates', { key: operator })
    expect(body.items.map(item => item.data['name'])).toEqual(
      expect.arrayContaining(['kept', 'as it should be']),
    )
    inbound.set('ehr.candidate', flows)
  })
})
