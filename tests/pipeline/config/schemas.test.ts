import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import type { Json } from '../../../src/kernel/json.js'
import { parseYaml } from '../../../src/kernel/yaml.js'
import { jsonSchemas } from '../../../src/pipeline/config/json-schemas.js'
import { GOOD } from './kit.js'

const schemas = jsonSchemas()
const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false })
const validators = new Map(Object.entries(schemas).map(([name, schema]) => [name, ajv.compile(schema)]))

function mistakes(name: string, value: Json): string[] {
  const validate = validators.get(name)
  if (!validate) throw new Error(`no schema ${name}`)
  validate(value)
  return (validate.errors ?? []).map(error => `${error.instancePath} ${error.message}`)
}

const yamlIn = (folder: string): string[] =>
  existsSync(folder)
    ? (readdirSync(folder, { recursive: true }) as string[])
        .filter(name => name.endsWith('.yaml'))
        .map(name => `${folder}/${name}`)
    : []

describe('the schemas that editors read', () => {
  it.each(Object.keys(schemas))('%s is the one in openapi/schemas', name => {
    const written = JSON.parse(readFileSync(`openapi/schemas/${name}`, 'utf8')) as unknown
    expect(written).toEqual(schemas[name])
  })

  it.each([
    ['connections.schema.json', 'connections.yaml'],
    ['flows.schema.json', 'flows/all.yaml'],
    ['ownership.schema.json', 'ownership.yaml'],
    ['connector.schema.json', 'connectors/cal/connector.yaml'],
    ['mapping.schema.json', 'mappings/cal/attendee.out.yaml'],
    ['mapping.schema.json', 'mappings/ai-saas/report.in.yaml'],
    ['mapping.schema.json', 'mappings/hub/offer-from-application.yaml'],
  ])('%s takes a sound %s', (schema, file) => {
    expect(mistakes(schema, parseYaml(GOOD[file] ?? '', file).value)).toEqual([])
  })

  it('take every connector and mapping that ships', () => {
    for (const file of yamlIn('connectors'))
      expect([
        file,
        ...mistakes('connector.schema.json', parseYaml(readFileSync(file, 'utf8'), file).value),
      ]).toEqual([file])
    for (const file of yamlIn('mappings'))
      expect([
        file,
        ...mistakes('mapping.schema.json', parseYaml(readFileSync(file, 'utf8'), file).value),
      ]).toEqual([file])
  })

  it('refuse a word that is not in the language', () => {
    const mapping = { mapping: 'a/b.in', from: 'a.b', to: 'interview', fields: { title: { form: 'x' } } }
    expect(mistakes('mapping.schema.json', mapping)).not.toEqual([])
    expect(
      mistakes('flows.schema.json', { flows: [{ flow: 'a', from: 'b', to: 'c', mapping: 'd', wen: 'x' }] }),
    ).not.toEqual([])
  })
})
