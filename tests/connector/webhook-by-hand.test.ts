/** The shipped webhook connector by hand: `hrhub connector run` and `connector test` make the calls that the hub makes. */
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { loadConnector } from '../../src/connector/manifest/load.js'
import { openConnection } from '../../src/connector/open-connection.js'
import { runVerb } from '../../src/connector/run.js'
import { expressions } from './support/expressions.js'
import { startVendor } from './support/vendor.js'

const ends: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end.close()
})
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

async function connect(secret: string) {
  const folder = join(import.meta.dirname, '../../connectors/webhook')
  const { connector } = await loadConnector(folder, expressions)
  if (!connector) throw new Error('the webhook connector does not load')
  const vendor = await startVendor(() => ({ status: 204 }))
  const settings = { url: `${vendor.url}/w`, secret }
  const connection = openConnection(connector, { tenant: 'acme', name: 'crm', settings, allowPrivate: true })
  ends.push(vendor, connection)
  return { vendor, connection }
}

it('an event by hand is whole: type, time, data, id and signature', async () => {
  const { vendor, connection } = await connect(SECRET)
  const body = { type: 'candidate.changed', data: { id: 'candidate_1' } }
  const [step] = await runVerb(connection, 'event.put', body, { dry: false })
  expect(step?.outcome).toMatchObject({ is: 'accepted', status: 204 })
  const [seen] = vendor.seen
  const sent = JSON.parse(seen?.body ?? '') as { timestamp: string }
  expect(sent).toMatchObject(body)
  expect(Math.abs(Date.parse(sent.timestamp) - Date.now())).toBeLessThan(60_000)
  expect(seen?.headers['webhook-id']).toMatch(/^[0-9a-f-]{36}$/)
  expect(seen?.headers['webhook-signature']).toMatch(/^v1,[A-Za-z0-9+/]{43}=$/)
})

it('what it is tested with is a ping that a receiver may ignore', async () => {
  const { vendor, connection } = await connect(SECRET)
  expect((await connection.check()).is).toBe('accepted')
  expect(JSON.parse(vendor.seen[0]?.body ?? '')).toMatchObject({ type: 'hub.ping', data: {} })
  expect(vendor.seen[0]?.headers['webhook-id']).toMatch(/^ping_2/)
})

it('a secret that cannot sign sends nothing, and says so without showing it', async () => {
  const { vendor, connection } = await connect('whsec_short-and-private')
  const outcome = await connection.check()
  expect(outcome).toMatchObject({ is: 'misconfigured', code: 'CONNECTOR_SECRET_BROKEN' })
  expect(JSON.stringify(outcome)).not.toContain('private')
  expect(vendor.seen).toEqual([])
})
