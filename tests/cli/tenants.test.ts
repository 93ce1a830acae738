/** Several tenants in one hub: each gets a key of its own, which opens its own and nothing else. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenedDoors, openDoors } from '../../src/cli/open-doors.js'
import { readSettings } from '../../src/config.js'
import { buildApp } from '../../src/http/app.js'
import { type Hub, startHub } from '../../src/hub.js'
import { hrhub, tempFolder } from './kit.js'

const folder = tempFolder({
  'tenants/a/connections.yaml': 'tenant: a\nconnections: []\n',
  'tenants/b/connections.yaml': 'tenant: b\nconnections: []\n',
})
const env = { HRHUB_PROJECT: join(folder, 'tenants/*'), HRHUB_DATA: join(folder, 'data'), PORT: '0' }
let hub: Hub
let doors: OpenedDoors

async function start(): Promise<void> {
  hub = await startHub({
    settings: readSettings({ HRHUB_SETTINGS: '/dev/null/none', LOG_LEVEL: 'silent', ...env }),
  })
  doors = await openDoors(hub, async served => {
    const app = await buildApp(served)
    const address = await app.listen({ host: '127.0.0.1', port: 0 })
    return { address, close: async () => void (await app.close()) }
  })
}
async function stop(): Promise<void> {
  await doors.close()
  await hub.stop()
}
beforeAll(start, 120_000)
afterAll(stop)

const keysSeenBy = async (key: string) => {
  const answer = await fetch(`${doors.api.address}/v1/keys`, { headers: { authorization: `Bearer ${key}` } })
  const { items } = (await answer.json()) as { items: readonly { readonly name: string }[] }
  return items.map(({ name }) => name)
}

describe('a hub of several tenants', () => {
  it('gives the first its key and names those that have none', () => {
    expect(doors.adminKey).toMatch(/^hrk_/)
    expect(doors.withoutAdmin).toEqual(['b'])
  })

  it('makes a key for each beside the running hub, and each sees its own alone', async () => {
    const made = await hrhub(['keys', 'create', 'admin', '--scope', 'admin', '--tenant', 'b', '--json'], {
      env,
    })
    expect(made).toMatchObject({ exit: 0, err: '' })
    expect(await keysSeenBy(String(made.json()['key']))).toEqual(['admin'])
    expect(await keysSeenBy(doors.adminKey ?? '')).toEqual(['bootstrap'])
  }, 60_000)

  it('makes no key for a tenant there is none of', async () => {
    const words = ['keys', 'create', 'admin', '--scope', 'admin', '--tenant', 'c']
    const refused = await hrhub(words, { env })
    expect(refused).toMatchObject({ exit: 1, out: '', err: expect.stringContaining('CONFIG_TENANT_UNKNOWN') })
  }, 60_000)

  it('knows at its next start that every tenant has one', async () => {
    await stop()
    await start()
    expect(doors).toMatchObject({ adminKey: undefined, withoutAdmin: [] })
  }, 120_000)
})
