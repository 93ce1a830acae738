/** The measure of ingest: a bare Fastify route that parses and validates the same body and keeps nothing. */
import type { AddressInfo } from 'node:net'
import Fastify from 'fastify'
import { answerUsage } from './usage.js'

const text = { type: 'string' }
const list = (items: object) => ({ type: 'array', items })
const object = (properties: object, required: string[] = []) => ({ type: 'object', properties, required })

const body = object(
  {
    event_id: text,
    type: text,
    data: object(
      {
        id: text,
        version: { type: 'integer' },
        updated_at: { type: 'string', format: 'date-time' },
        name: text,
        phones: list(object({ number: text })),
        emails: list(text),
        education: list(object({ school: text, degree: text, major: text, from: text, to: text })),
        jobs: list(object({ company: text, title: text, from: text, to: text, summary: text })),
        skills: list(text),
        channel: object({ name: text, kind: text }),
        city: text,
      },
      ['id', 'name', 'version', 'updated_at'],
    ),
  },
  ['event_id', 'type', 'data'],
)

const app = Fastify()
app.post('/hooks/:hook', { schema: { body } }, async () => ({ ok: true }))
await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address() as AddressInfo
answerUsage()
process.send?.({ ready: { url: `http://127.0.0.1:${port}` } })
process.on('SIGTERM', () => process.exit(0))
process.on('disconnect', () => process.exit(0))
