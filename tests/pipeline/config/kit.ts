/** A company's folder in a temporary place, with two small connectors of its own, and one call that loads it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Problem } from '../../../src/kernel/errors.js'
import { createSealer } from '../../../src/kernel/seal.js'
import { type LoadOptions, loadTenants } from '../../../src/pipeline/config/load-tenants.js'
import { closeTenant } from '../../../src/pipeline/config/open-connections.js'

export type Files = Readonly<Record<string, string>>

const folders: string[] = []

export function writeFolder(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'hrhub-config-'))
  folders.push(root)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}

export function removeFolders(): void {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

const sealer = createSealer([Buffer.alloc(32, 7).toString('base64')])
const quiet = () => {}
export const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
export const ENV: Readonly<Record<string, string>> = { AI_SECRET: 's3cret', CAL_KEY: 'k3y' }

export async function load(projects: string | readonly string[], over: Partial<LoadOptions> = {}) {
  const empty = over.shipped ?? writeFolder({})
  const loaded = await loadTenants({
    projects: typeof projects === 'string' ? [projects] : projects,
    shipped: empty,
    env: name => ENV[name],
    clock: { now: () => 0 },
    sealer,
    log,
    connections: 'open',
    ...over,
  })
  for (const tenant of loaded.tenants) await closeTenant(tenant)
  return loaded
}

/** The one tenant of a sound folder. */
export async function loadOne(files: Files, over: Partial<LoadOptions> = {}) {
  const { tenants, problems } = await load(writeFolder(files), over)
  const [tenant] = tenants
  if (!tenant) throw new Error(problems.map(problem => `${problem.code} ${problem.message}`).join('\n'))
  return { tenant, problems }
}

/** `flows/a.yaml:3:5 CODE`, without the temporary folder. */
export function places(problems: readonly Problem[], root: string): string[] {
  return problems.map(({ file, line, column, code, severity }) => {
    const mark = severity === 'warning' ? ' (warning)' : ''
    return `${file.replace(`${root}/`, '')}:${line}:${column} ${code}${mark}`
  })
}

const json = (schema: string) => `content: { application/json: { schema: ${schema} } }`

export const AI_DOCUMENT = `
openapi: 3.1.0
info: { title: AI, version: '1' }
servers: [{ url: 'https://ai.example' }]
paths:
  /sessions:
    post:
      operationId: createSession
      requestBody:
        ${json(`{ type: object, required: [candidate_name], properties: {
          candidate_name: { type: string, x-personal: name }, phone: { type: string, x-personal: phone }, position: { type: string } } }`)}
      responses: { '200': { ${json('{ type: object, properties: { session_id: { type: string }, join_url: { type: string } } }')} } }
  /sessions/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    delete: { operationId: cancelSession, responses: { '204': {} } }
webhooks:
  report:
    post:
      requestBody: { ${json('{ $ref: "#/components/schemas/Report" }')} }
      responses: {}
components:
  schemas:
    Report:
      type: object
      properties:
        report_id: { type: string }
        session_id: { type: string }
        total: { type: number }
        level: { type: string, enum: [A, B, C] }
`

export const AI = `
connector: ai-saas
title: AI
openapi: ./api.yaml
settings:
  base_url: { type: string, format: uri, title: Address }
  secret: { type: string, title: Secret, secret: true }
  seats: { type: integer, title: Seats, default: 5 }
resources:
  session:
    create: { operation: createSession, take: { id: body.session_id } }
    delete: { operation: cancelSession, with: { id: id } }
  report:
    shape: Report
    callback: { event: report }
callback:
  verify: { scheme: hmac, algorithm: sha256, over: raw_body, header: X-Signature, encoding: hex, secret: settings.secret }
  event: type
  max: 64KiB
`

export const CAL_DOCUMENT = `
openapi: 3.1.0
info: { title: Calendar, version: '1' }
servers: [{ url: 'https://cal.example' }]
paths:
  /events:
    post:
      operationId: createEvent
      requestBody: { ${json('{ type: object, properties: { title: { type: string }, start: { type: string, format: date-time }, organizer: { type: string } } }')} }
      responses: { '200': { ${json('{ type: object, properties: { id: { type: string }, join_url: { type: string, format: uri } } }')} } }
  /events/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
    put:
      operationId: updateEvent
      requestBody: { ${json('{ type: object, properties: { title: { type: string } } }')} }
      responses: { '200': { ${json('{ type: object }')} } }
    delete: { operationId: deleteEvent, responses: { '204': {} } }
  /attendees:
    post:
      operationId: addAttendee
      requestBody: { ${json('{ type: object, properties: { event: { type: string }, user: { type: string } } }')} }
      responses: { '200': { ${json('{ type: object, properties: { id: { type: string } } }')} } }
  /users:
    get:
      operationId: findUsers
      parameters: [{ name: phone, in: query, schema: { type: string, x-personal: phone } }]
      responses: { '200': { ${json('{ type: object, properties: { items: { type: array, items: { type: object, properties: { id: { type: string } } } } } }')} } }
  /messages:
    post:
      operationId: sendMessage
      requestBody: { ${json('{ type: object, properties: { text: { type: string } } }')} }
      responses: { '200': { ${json('{ type: object, properties: { id: { type: string } } }')} } }
components:
  schemas:
    User: { type: object, properties: { phone: { type: string, x-personal: phone } } }
`

export const CAL = `
connector: cal
title: Calendar
openapi: ./api.yaml
settings:
  base_url: { type: string, format: uri, title: Address }
  key: { type: string, title: Key, secret: true }
resources:
  user:
    shape: User
    lookup: { operation: findUsers, with: { phone: body.phone }, items: body.items, id: item.id, adopt: true }
  event:
    create: { operation: createEvent, take: { id: body.id } }
    update: { operation: updateEvent, with: { id: id } }
    delete: { operation: deleteEvent, with: { id: id } }
  attendee:
    create: { operation: addAttendee, take: { id: body.id } }
  message:
    create: { operation: sendMessage, take: { id: body.id } }
`

const CONNECTORS: Files = {
  'connectors/ai-saas/connector.yaml': AI,
  'connectors/ai-saas/api.yaml': AI_DOCUMENT,
  'connectors/cal/connector.yaml': CAL,
  'connectors/cal/api.yaml': CAL_DOCUMENT,
}

const MAPPINGS: Files = {
  'mappings/ai-saas/report.in.yaml': `
mapping: ai-saas/report.in
from: ai-saas.report
to: score_report
identity: report_id
refs:
  interview: { from: session_id, of: ai-saas.session }
fields:
  overall: total
  conclusion: { from: level, lookup: levels }
`,
  'mappings/ai-saas/session.out.yaml': `
mapping: ai-saas/session.out
from: interview
to: ai-saas.session
fields:
  candidate_name: candidate.name
  phone: candidate.phones[0]
  position: application.position.title
`,
  'mappings/cal/event.out.yaml': `
mapping: cal/event.out
from: interview
to: cal.event
fields:
  title: title
  start: schedule.start
  organizer: { external: { of: organizer }, missing: wait }
`,
  'mappings/cal/event-made.in.yaml': `
mapping: cal/event-made.in
from: cal.event
to: interview
fields:
  join_url: join_url
`,
  'mappings/cal/user.out.yaml': `
mapping: cal/user.out
from: person
to: cal.user
fields:
  phone: phones[0]
`,
  'mappings/cal/attendee.out.yaml': `
mapping: cal/attendee.out
from: interview
to: cal.attendee
fields:
  event: { external: { of: self, resource: event } }
  user: { external: { of: item.person } }
`,
  'mappings/cal/late.out.yaml': `
mapping: cal/late.out
from: interview
to: cal.message
fields:
  text: { template: "{name} 还没有开始面试", with: { name: candidate.custom.nick } }
`,
  'mappings/hub/offer-from-application.yaml': `
mapping: hub/offer-from-application
from: application
to: hub.offer
identity: { ref: application }
refs:
  application: record.id
  candidate: candidate
fields:
  state: { value: draft }
`,
  'tables/levels.yaml': 'A: recommend\nB: hold\nC: reject\n',
}

export const CONNECTIONS = `
tenant: acme
connections:
  - connection: ai
    connector: ai-saas
    settings: { base_url: "https://ai.example", secret: "\${AI_SECRET}" }
    personal_data: true
  - connection: cal
    connector: cal
    settings: { base_url: "https://cal.example", key: "\${CAL_KEY}" }
    hook: calendar
    personal_data: true
`

export const FLOWS = `
flows:
  - flow: report-from-ai
    from: ai.report
    to: score_report
    mapping: ai-saas/report.in
  - flow: session-to-ai
    from: interview
    to: ai.session
    mapping: ai-saas/session.out
    when: record.type == "ai"
    remove_when: otherwise
  - flow: user-in-calendar
    from: person
    to: cal.user
    mapping: cal/user.out
  - flow: interview-to-calendar
    was: [old-name]
    from: interview
    to: cal.event
    mapping: cal/event.out
    answer: cal/event-made.in
    when: record.state != "draft" && has(record.schedule)
    remove_when: record.state == "cancelled"
    replace_when: [record.organizer]
  - flow: attendees
    from: interview
    to: cal.attendee
    mapping: cal/attendee.out
    each: record.interviewers
    key: item.person
    when: item.person.name != "" && record.position.title != ""
  - flow: late-reminder
    from: interview
    to: cal.message
    mapping: cal/late.out
    when: record.state in ["invited", "scheduled"]
    at: record.schedule.start + duration("15m")
    until: 2h
    once: [record.id, record.schedule.start]
  - flow: offer-on-high-score
    from: application
    to: hub.offer
    mapping: hub/offer-from-application
    when: record.composite >= 8.0
`

export const OWNERSHIP = `
ownership:
  candidate:
    "*": [cal, ai]
    phones: [ai]
  interview:
    schedule: [ai, cal]
    interviewers: [cal]
    interviewers.response: [ai, cal]
  score_report:
    custom.summary: [hub]
`

export const GOOD: Files = {
  ...CONNECTORS,
  ...MAPPINGS,
  'connections.yaml': CONNECTIONS,
  'flows/all.yaml': FLOWS,
  'ownership.yaml': OWNERSHIP,
}
