/**
 * Everything that ships as data: mappings, tables and the demonstration company's folder load without an error, and
 * every mapping passes its own tests with every rule exercised.
 */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createSealer } from '../../src/kernel/seal.js'
import { runMappingTests } from '../../src/mapping/test-file.js'
import type { Catalog } from '../../src/pipeline/config/catalog.js'
import { loadTenants } from '../../src/pipeline/config/load-tenants.js'
import { closeTenant } from '../../src/pipeline/config/open-connections.js'

const ROOT = join(import.meta.dirname, '../..')
const quiet = () => {}

async function loadSandbox() {
  const loaded = await loadTenants({
    projects: [join(ROOT, 'config/sandbox')],
    shipped: ROOT,
    env: name => (name.startsWith('SANDBOX_') ? undefined : process.env[name]),
    clock: { now: () => 0 },
    sealer: createSealer([Buffer.alloc(32, 7).toString('base64')]),
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    connections: 'check-only',
  })
  for (const tenant of loaded.tenants) await closeTenant(tenant)
  return loaded
}

const { tenants, problems, catalogs } = await loadSandbox()
const catalog = catalogs.get('default')
const told = problems.map(
  ({ file, line, column, code, severity, message }) =>
    `${file.replace(`${ROOT}/`, '')}:${line}:${column} ${severity} ${code} ${message}`,
)

function testsOf(known: Catalog, name: string) {
  const source = known.source(name)
  if (!source) throw new Error(`there is no ${name}`)
  const reports = (name.endsWith('.out') ? (['out'] as const) : (['in', 'answer'] as const)).map(use =>
    runMappingTests(source.yaml, known.context(use)),
  )
  // What a vendor says and what it answers have shapes of their own; a mapping is made for one of them.
  return reports.find(report => report.problems.every(({ severity }) => severity === 'warning')) ?? reports[0]
}

/** No vendor of the company's: another company uses their mappings (webhook.test.ts). */
const GENERIC = ['webhook']

describe('the demonstration company', () => {
  it('loads without an error', () => {
    expect(told.filter(line => line.includes(' error '))).toEqual([])
    expect(tenants.map(({ tenant }) => tenant)).toEqual(['default'])
  })

  it('uses every mapping that ships', () => {
    const used = new Set(
      tenants.flatMap(tenant => [
        ...[...tenant.outbound.values()].map(flow => flow.mapping.name),
        ...[...tenant.outbound.values()].flatMap(flow =>
          'answer' in flow && flow.answer ? [flow.answer.name] : [],
        ),
        ...[...tenant.inbound.values()].flat().map(flow => flow.mapping.name),
      ]),
    )
    const idle = (catalog?.mappingNames ?? []).filter(name => !used.has(name))
    expect(idle.filter(name => !GENERIC.some(connector => name.startsWith(`${connector}/`)))).toEqual([])
  })
})

describe.each(catalog?.mappingNames ?? [])('%s', name => {
  const report = catalog && testsOf(catalog, name)

  it('passes its own tests, with every rule exercised', () => {
    const errors = report?.problems.filter(({ severity }) => severity === 'error') ?? []
    expect(errors.map(({ line, code, message }) => `${line} ${code} ${message}`)).toEqual([])
    expect(report?.tests.length).toBeGreaterThan(1)
  })
})
