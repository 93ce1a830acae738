/** Keys of the API: listed, made (the text is shown this once), revoked. */
import Type from 'typebox'
import { type ApiKey, allKeys, createKey, endKey, SCOPES } from '../../pipeline/keys.js'
import { callerOf } from '../authorize.js'
import { iso, isoOrNull } from '../forms/record.js'
import { Id, Instant, Name, nullable, Page } from '../schemas.js'
import type { App, ServedHub } from '../served.js'

const tags = ['keys']
const Scopes = Type.Array(Type.Enum([...SCOPES]), { minItems: 1, maxItems: SCOPES.length, uniqueItems: true })
const Form = Type.Object({
  id: Type.String(),
  name: Type.String(),
  scopes: Scopes,
  connection: nullable(Type.String({ description: 'The one connection it writes records for.' })),
  created_at: Instant('When it was made.'),
  revoked_at: nullable(Instant('Since then it opens nothing.')),
})

const form = (key: ApiKey) => ({
  id: key.id,
  name: key.name,
  scopes: key.scopes,
  connection: key.connection ?? null,
  created_at: iso(key.createdAt),
  revoked_at: isoOrNull(key.revokedAt ?? null),
})

export function keyRoutes(app: App, { parts }: ServedHub): void {
  app.get(
    '/v1/keys',
    {
      config: { scope: 'keys:read' },
      schema: {
        tags,
        operationId: 'listKeys',
        summary: 'Keys of this tenant',
        response: { 200: Page(Form) },
      },
    },
    async request => ({ items: (await allKeys(parts, callerOf(request).tenant)).map(form), next: null }),
  )

  app.post(
    '/v1/keys',
    {
      config: { scope: 'keys:write' },
      schema: {
        tags,
        operationId: 'createKey',
        summary: 'Makes a key; its text is in this answer and nowhere else',
        body: Type.Object(
          {
            name: Type.String({ minLength: 1, maxLength: 100, description: 'Who uses it.' }),
            scopes: Scopes,
            connection: Type.Optional(Name('The connection it speaks for; needed to write records.')),
          },
          { additionalProperties: false },
        ),
        response: { 201: Type.Intersect([Form, Type.Object({ key: Type.String() })]) },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request)
      const { name, scopes, connection } = request.body
      const { key, text } = await createKey(parts, caller.tenant, { name, scopes, connection }, caller)
      return reply
        .code(201)
        .header('cache-control', 'no-store')
        .send({ ...form(key), key: text })
    },
  )

  app.delete(
    '/v1/keys/:id',
    {
      config: { scope: 'keys:write' },
      schema: {
        tags,
        operationId: 'revokeKey',
        summary: 'Revokes a key; streams it opened end within seconds',
        params: Type.Object({ id: Type.Union([Id('Id of the key.'), Type.Literal('key_bootstrap')]) }),
        response: { 204: Type.Null() },
      },
    },
    async (request, reply) => {
      await endKey(parts, callerOf(request).tenant, request.params.id)
      return reply.code(204).send()
    },
  )
}
