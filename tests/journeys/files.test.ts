/** A résumé, from the link that one system gives and that soon expires to the upload of another, byte for byte. */
import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import { effects, records } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { type Answer, startVendor } from '../connector/support/vendor.js'
import { forEachEngine } from '../support/engines.js'
import { afterwards, startHub } from './hub-over-http.js'

const FILES = {
  'connectors/source/connector.yaml': `connector: source
title: Source
openapi: ./api.yaml
resources:
  person:
    callback: { event: candidate.changed }
    attachments: [resume_url]
callback: { verify: { scheme: none }, event: type }
`,
  'connectors/source/api.yaml': `openapi: 3.1.0
info: { title: Source, version: "1" }
paths: {}
webhooks:
  candidate.changed:
    post: { requestBody: { content: { application/json: { schema: { type: object, properties: { type: { type: string }, id: { type: string }, name: { type: string }, resume_url: { type: string, format: uri } } } } } }, responses: {} }
`,
  'connectors/archive/connector.yaml': `connector: archive
title: Archive
openapi: ./api.yaml
settings: { base_url: { type: string, format: uri } }
resources: { resume: { put: upload } }
`,
  'connectors/archive/api.yaml': `openapi: 3.1.0
info: { title: Archive, version: "1" }
servers: [{ url: "https://archive.example" }]
paths:
  /resumes:
    post:
      operationId: upload
      requestBody:
        required: true
        content:
          multipart/form-data:
            schema:
              type: object
              required: [file]
              properties:
                candidate: { type: string, x-personal: name }
                file: { type: string, format: binary }
      responses: { "200": { description: kept } }
`,
  'mappings/person.in.yaml': `mapping: person.in
from: source.person
to: candidate
identity: id
fields: { name: name, resume: { fields: { url: resume_url } } }
`,
  'mappings/resume.out.yaml': `mapping: resume.out
from: candidate
to: archive.resume
fields:
  candidate: name
  file: { fields: { blob: { from: resume.blob, required: true }, name: { template: "{name}.pdf" }, type: { value: application/pdf } } }
`,
  'flows/a.yaml': `flows:
  - { flow: person-in, from: source.person, to: candidate, mapping: person.in }
  - { flow: resume, from: candidate, to: archive.resume, mapping: resume.out, when: has(record.resume.blob) }
`,
}

forEachEngine('files', engine => {
  it('are fetched at once, kept by their hash, and sent on, also again after a lost answer', async () => {
    const resume = Buffer.concat([Buffer.from('%PDF-1.7\r\n'), randomBytes(200_000)])
    const source = await startVendor(
      () => response => void response.writeHead(200, { 'content-type': 'application/pdf' }).end(resume),
    )
    afterwards(() => source.close())
    let cut = true
    const archive = await startVendor(() => {
      const answer: Answer = cut ? response => void response.destroy() : { status: 200 }
      cut = false
      return answer
    })
    afterwards(() => archive.close())
    const hub = await startHub(await engine.open(), {
      ...FILES,
      'connections.yaml': `connections:
  - { connection: source, connector: source, hook: source, accept_unsigned: true, allow_private: true }
  - { connection: archive, connector: archive, allow_private: true, personal_data: true, settings: { base_url: "${archive.url}" } }
`,
    })
    await fetch(`${hub.url}/hooks/source`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        type: 'candidate.changed',
        id: 'c1',
        name: '张三',
        resume_url: `${source.url}/r.pdf?expires=soon`,
      }),
    })
    await hub.rest()
    await hub.pass(10_000)
    const [candidate] = await selectRows(hub.ledger, records, '')
    expect(candidate?.data['resume']).toEqual({ blob: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(await hub.rows()).toMatchObject([{ state: 'delivered' }])
    const [first, second] = archive.seen
    expect(archive.seen).toHaveLength(2)
    expect(second?.raw.equals(first?.raw ?? Buffer.alloc(0))).toBe(true)
    const form = await new Response(new Uint8Array(second?.raw ?? []), {
      headers: { 'content-type': second?.headers['content-type'] ?? '' },
    }).formData()
    expect(form.get('candidate')).toBe('张三')
    const file = form.get('file') as File
    expect([file.name, file.type]).toEqual(['张三.pdf', 'application/pdf'])
    expect(Buffer.from(await file.arrayBuffer()).equals(resume)).toBe(true)
    // What is kept of the call is its words and a hash, not the file.
    const kept = await selectRows(hub.ledger, effects, '')
    expect(Math.max(...kept.map(effect => effect.progress.length))).toBeLessThan(4000)
  })
})
