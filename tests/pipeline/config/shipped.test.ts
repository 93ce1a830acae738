import { readdirSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { formatProblem } from '../../../src/kernel/errors.js'
import { load, removeFolders, writeFolder } from './kit.js'

afterEach(removeFolders)

const EMPTY = { 'connections.yaml': 'connections: []\n' }

describe('what ships with the hub', () => {
  it('has no error, whether used or not', async () => {
    const { problems, tenants, catalogs } = await load(writeFolder(EMPTY), { shipped: '.', library: 'all' })
    expect(problems.filter(({ severity }) => severity === 'error').map(formatProblem)).toEqual([])
    expect(tenants).toHaveLength(1)
    expect(catalogs.get('default')?.connectorNames).toEqual(readdirSync('connectors').sort())
  })

  it('is loaded only as far as a folder uses it', async () => {
    const shipped = writeFolder({
      'connectors/broken/connector.yaml': 'connector: broken\n',
      'mappings/broken.in.yaml': 'mapping: broken.in\n',
    })
    const used = await load(writeFolder(EMPTY), { shipped })
    expect(used.problems).toEqual([])
    const all = await load(writeFolder(EMPTY), { shipped, library: 'all' })
    expect(all.problems.map(({ code }) => code)).toContain('CONNECTOR_MANIFEST_INVALID')
    expect(all.problems.map(({ code }) => code)).toContain('MAPPING_FILE_INVALID')
    expect(all.tenants).toHaveLength(1)
  })
})
