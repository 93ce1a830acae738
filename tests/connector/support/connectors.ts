import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Connector } from '../../../src/connector/manifest/connector.js'
import { loadConnector } from '../../../src/connector/manifest/load.js'
import type { EffectProgress } from '../../../src/connector/types.js'
import { formatProblem } from '../../../src/kernel/errors.js'
import type { JsonObject } from '../../../src/kernel/json.js'
import { expressions } from './expressions.js'

export const OPENAPI = `
openapi: 3.1.0
info: { title: Acme, version: '1' }
servers: [{ url: 'https://acme.example/api' }]
security: [{ token: [] }]
paths:
  /token:
    post:
      operationId: getToken
      security: []
      requestBody: { content: { application/json: { schema: { type: object, properties: { app_id: { type: string }, secret: { type: string } } } } } }
      responses: { '200': { content: { application/json: { schema: { type: object } } } } }
  /account:
    get:
      operationId: getAccount
      responses: { '200': { content: { application/json: { schema: { type: object } } } } }
  /sessions:
    post:
      operationId: createSession
      parameters: [{ name: Idempotency-Key, in: header, schema: { type: string } }]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              properties:
                title: { type: string }
                mobile: { type: string, x-personal: phone }
                position: { type: object, properties: { name: { type: string } } }
                online: { type: boolean }
              required: [title]
      responses:
        '200': { content: { application/json: { schema: { $ref: '#/components/schemas/Envelope' } } } }
    get:
      operationId: listSessions
      parameters:
        - { name: ref, in: query, schema: { type: string } }
        - { name: updated_after, in: query, schema: { type: integer } }
        - { name: cursor, in: query, schema: { type: string } }
      responses: { '200': { content: { application/json: { schema: { type: object, required: [code], properties: { code: { type: integer }, data: { type: array, items: { type: object } } } } } } } }
  /sessions/{session_id}:
    parameters: [{ name: session_id, in: path, required: true, schema: { type: string } }]
    get:
      operationId: getSession
      responses: { '200': { content: { application/json: { schema: { type: object, properties: { code: { type: integer }, data: { type: object, properties: { id: { type: string }, state: { type: string } } } } } } } } }
    put:
      operationId: updateSession
      requestBody: { content: { application/json: { schema: { type: object, properties: { title: { type: string }, position: { type: object, properties: { name: { type: string } } } } } } } }
      responses: { '200': { content: { application/json: { schema: { $ref: '#/components/schemas/Envelope' } } } } }
    delete:
      operationId: cancelSession
      responses: { '204': {} }
  /sessions/{session_id}/attendees:
    parameters: [{ name: session_id, in: path, required: true, schema: { type: string } }]
    post:
      operationId: addAttendees
      requestBody: { content: { application/json: { schema: { type: object, properties: { attendees: { type: array, items: { type: object, properties: { id: { type: string } } } } } } } } }
      responses: { '200': { content: { application/json: { schema: { $ref: '#/components/schemas/Envelope' } } } } }
webhooks:
  report.ready:
    post: { requestBody: { content: { application/json: { schema: { type: object, properties: { type: { type: string }, report_id: { type: string } } } } } }, responses: {} }
components:
  securitySchemes: { token: { type: apiKey, in: header, name: X-Token } }
  schemas:
    Envelope: { type: object, required: [code], properties: { code: { type: integer }, data: { type: object } } }
    ReportReady: { type: object, properties: { report_id: { type: string }, next: { $ref: '#/components/schemas/ReportReady' } } }
`

export const MANIFEST = `
connector: acme-ai
title: Acme AI Interview
openapi: ./api.yaml
settings:
  base_url: { type: string, format: uri, title: API address }
  app_id: { type: string, title: App id }
  secret: { type: string, title: App secret, secret: true }
  webhook_secret: { type: string, title: Webhook secret, secret: true, required: false }
auth:
  use: token_exchange
  exchange: { operation: getToken, with: { body: { app_id: settings.app_id, secret: settings.secret } }, token: body.data.token, expires_in: { from: body.data.ttl, unit: s, at_most: 2h } }
  expired: body.code in [42001, 40014]
limits: { timeout: 2s }
check: getAccount
success: body.code == 0
errors:
  - { when: body.code == 42901, is: throttled, wait: "headers['x-reset']" }
  - { when: body.code == 60012, is: exists }
  - { when: "operation == 'cancelSession' && body.code == 404", is: absent }
resources:
  session:
    create:
      steps:
        - { step: make, operation: createSession, take: { id: body.data.session_id, keep: { room: body.data.room } } }
        - { step: invite, operation: addAttendees, with: { session_id: id }, when: size(body.attendees) > 0 }
    update: { operation: updateSession, with: { session_id: id } }
    delete: { operation: cancelSession, with: { session_id: id } }
    read: { operation: getSession, with: { session_id: id }, item: body.data, every: 10m }
    idempotency: { header: Idempotency-Key, window: 24h, format: uuid }
    lookup: { operation: listSessions, with: { ref: token }, items: body.data, next: { cursor: body.next }, where: item.ref == token, id: item.id, keep: { room: item.room }, after: 60s }
  report:
    shape: ReportReady
    callback: { event: report.ready, id: report_id, refetch: { operation: getSession, with: { session_id: event.report_id }, item: body.data } }
    poll:
      operation: listSessions
      with: { updated_after: { from: since, as: datetime, write: epoch_ms }, cursor: cursor }
      items: body.data
      at: { from: item.updated, as: datetime, format: epoch_ms }
      next: { cursor: body.next, while: body.more }
      window: { overlap: 5m, at_most: 90d }
      every: 60s
    attachments: ["media[*].url"]
callback:
  verify: { scheme: hmac, algorithm: sha256, over: raw_body, header: X-Signature, encoding: hex, secret: settings.webhook_secret }
  items: body.events
  event: type
  dedupe: event_id
  ack: { status: 200, body: { ok: true } }
  max: 64KiB
`

export interface Folder {
  readonly path: string
  remove(): void
}

export function makeFolder(files: Readonly<Record<string, string>>): Folder {
  const path = mkdtempSync(join(tmpdir(), 'hrhub-connector-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text)
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** Loads a connector from texts; throws with every problem where one is an error. */
export async function load(manifest = MANIFEST, document: string | undefined = OPENAPI): Promise<Connector> {
  const folder = makeFolder({ 'connector.yaml': manifest, ...(document ? { 'api.yaml': document } : {}) })
  try {
    const { connector, problems } = await loadConnector(folder.path, expressions)
    if (!connector) throw new Error(problems.map(formatProblem).join('\n'))
    return connector
  } finally {
    folder.remove()
  }
}

export function effect(over: Partial<EffectProgress> = {}): EffectProgress {
  return {
    resource: 'session',
    verb: 'create',
    id: undefined,
    token: '11111111-2222-8333-8444-555555555555',
    body: { title: '算法面试' } as JsonObject,
    sent: undefined,
    kept: undefined,
    record: { id: 'interview_1' },
    callbackUrl: undefined,
    steps: {},
    ...over,
  }
}
