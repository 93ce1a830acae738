/**
 * What mail can do, as a built-in document: operations send, resend, cancel and check, and the shape of a
 * mail with its optional invitation. The manifest names these operations; nothing of it is invented HTTP.
 */
import type { JsonSchema } from '../../kernel/json-schema.js'
import type { ApiDocument, Operation } from '../manifest/openapi.js'

const address: JsonSchema = {
  type: 'object',
  description: 'A mailbox.',
  properties: {
    email: { type: 'string', format: 'email', 'x-personal': 'email' },
    name: { type: 'string', 'x-personal': 'name' },
  },
  required: ['email'],
}
const addresses: JsonSchema = { type: 'array', items: address, minItems: 1, maxItems: 200 }
const instant: JsonSchema = { type: 'string', format: 'date-time' }

/** Shape of a mail; with `ical` it is an invitation (iMIP) whose UID and SEQUENCE the transport keeps. */
export const MAIL_SHAPE: JsonSchema = {
  type: 'object',
  title: 'Mail',
  properties: {
    to: addresses,
    cc: { type: 'array', items: address, maxItems: 200 },
    reply_to: address,
    subject: { type: 'string', minLength: 1, maxLength: 998, 'x-personal': 'text' },
    text: { type: 'string', 'x-personal': 'text' },
    html: { type: 'string', 'x-personal': 'text' },
    ical: {
      type: 'object',
      description: 'An invitation; times are instants, sent in UTC.',
      properties: {
        start: instant,
        end: instant,
        summary: { type: 'string', maxLength: 1000, 'x-personal': 'text' },
        description: { type: 'string', 'x-personal': 'text' },
        location: { type: 'string' },
        url: { type: 'string', format: 'uri', 'x-personal': 'url' },
        organizer: { ...address, description: 'Default: the sender of the connection.' },
        attendees: addresses,
      },
      required: ['start', 'end', 'summary', 'attendees'],
    },
  },
  required: ['to', 'subject'],
}

const operation = (id: string, withBody: boolean): Operation => ({
  id,
  method: 'SMTP',
  path: `/${id}`,
  server: 'built-in',
  parameters: [],
  body: withBody ? { mediaType: 'application/json', schema: MAIL_SHAPE, required: true } : undefined,
  answers: {},
  security: [],
})

export const SMTP_DOCUMENT: ApiDocument = {
  file: 'smtp',
  title: 'mail',
  servers: { 'built-in': '' },
  operations: new Map(
    [
      operation('send', true),
      operation('resend', true),
      operation('cancel', false),
      operation('check', false),
    ].map(entry => [entry.id, entry]),
  ),
  schemas: { Mail: MAIL_SHAPE },
  securitySchemes: {},
  security: [],
  webhooks: new Map(),
}
