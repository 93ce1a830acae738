/** The mappings that ship with the webhook connector: sound beside it, and each passes its own tests. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runMappingTests } from '../../src/mapping/test-file.js'
import { load, removeFolders, writeFolder } from '../pipeline/config/kit.js'

const ROOT = join(import.meta.dirname, '../..')
const NAMES = readdirSync(join(ROOT, 'mappings/webhook')).map(
  file => `webhook/${file.replace(/\.yaml$/, '')}`,
)
const kindOf = (name: string) => name.replace('webhook/', '').replace('.out', '').replace('-', '_')

afterAll(removeFolders)

const company = (secret: string, more = '') =>
  writeFolder({
    'connections.yaml': `connections:
  - { connection: crm, connector: webhook, personal_data: true, settings: { url: "https://crm.example/w?t=7", secret: ${secret} } }
`,
    'flows/crm.yaml': `flows:
${NAMES.map(name => `  - { flow: ${name.replaceAll(/[/.]/g, '-')}, from: ${kindOf(name)}, to: crm.event, mapping: ${name}, every: change }`).join('\n')}
${more}`,
  })

const GOOD = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const { problems, tenants, catalogs } = await load(company(`["${GOOD}", "${GOOD}"]`), { shipped: ROOT })

describe('a company that tells of its records by webhook', () => {
  it('has no problem, with two secrets live', () => {
    expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual([])
    expect(tenants[0]?.outbound.size).toBe(NAMES.length)
  })

  it('is told at once of a secret that cannot sign, and of a wish to remove what cannot be taken back', async () => {
    const gone =
      '  - { flow: gone, from: offer, to: crm.event, mapping: webhook/offer.out, when: record.state == "sent", remove_when: otherwise }\n'
    const wrong = await load(company('too-short', gone), { shipped: ROOT })
    expect(wrong.problems.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['CONFIG_SETTING_INVALID', 'CONFIG_FLOW_DEAD']),
    )
    expect(wrong.problems.map(({ message }) => message).join('\n')).toContain('whsec_')
  })
})

describe.each(NAMES)('%s', name => {
  it('passes its own tests, with every rule exercised', () => {
    const catalog = catalogs.get('default')
    const source = catalog?.source(name)
    if (!catalog || !source) throw new Error(`there is no ${name}`)
    const report = runMappingTests(source.yaml, catalog.context('out'))
    expect(report.problems.map(({ line, code, message }) => `${line} ${code} ${message}`)).toEqual([])
    expect(report.tests.length).toBeGreaterThan(1)
  })
})
