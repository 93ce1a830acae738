/** An endpoint of somebody's own is called at its address as it stands (`x-address: whole`); other paths go after theirs. */
import { afterEach, expect, it } from 'vitest'
import { openConnection } from '../../src/connector/open-connection.js'
import { effect, load } from './support/connectors.js'
import { startVendor } from './support/vendor.js'

const ends: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end.close()
})

const DOCUMENT = `
openapi: 3.1.0
info: { title: Endpoint, version: '1' }
servers: [{ url: 'https://endpoint.example' }]
paths:
  /:
    post:
      operationId: tell
      x-address: whole
      parameters: [{ name: kind, in: query, schema: { type: string } }]
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses: { '200': { description: taken } }
  /things:
    post:
      operationId: make
      requestBody: { content: { application/json: { schema: { type: object } } } }
      responses: { '200': { description: made } }
`
const MANIFEST = `
connector: endpoint
title: Endpoint
openapi: ./api.yaml
settings: { url: { type: string } }
servers: { default: url }
resources:
  event: { put: { operation: tell, with: { kind: body.kind } } }
  thing: { put: make }
`

async function pathFor(resource: string, address: string, body = {}): Promise<string> {
  const vendor = await startVendor(() => ({}))
  const connection = openConnection(await load(MANIFEST, DOCUMENT), {
    tenant: 'acme',
    name: 'e',
    settings: { url: `${vendor.url}${address}` },
    allowPrivate: true,
  })
  ends.push(vendor, connection)
  const progress = effect({ resource, verb: 'put', body })
  const next = connection.next(progress)
  if (next.next !== 'call') throw new Error('there is no call')
  expect((await connection.send(next.call, progress)).is).toBe('accepted')
  const [seen] = vendor.seen
  const query = seen?.query.toString() ?? ''
  return `${seen?.path}${query === '' ? '' : `?${query}`}`
}

it.each([
  ['', '/'],
  ['/in', '/in'],
  ['/in/', '/in/'],
  ['/in/7?key=a%26b', '/in/7?key=a%26b'],
])('a whole address %j is called as it stands', async (address, called) => {
  expect(await pathFor('event', address)).toBe(called)
})

it('a whole address takes the parameters of the operation after its own', async () => {
  expect(await pathFor('event', '/in?key=v', { kind: 'a b' })).toBe('/in?key=v&kind=a+b')
})

it.each([
  ['', '/things'],
  ['/v1/', '/v1/things'],
])('a path goes after the address %j', async (address, called) => {
  expect(await pathFor('thing', address)).toBe(called)
})
