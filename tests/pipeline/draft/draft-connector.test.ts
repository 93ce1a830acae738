import { expect, it } from 'vitest'
import { readForeign } from '../../../src/connector/draft/read-document.js'
import { parseYaml } from '../../../src/kernel/yaml.js'
import { draftConnector } from '../../../src/pipeline/draft/draft-connector.js'

const EVIL = 'x\n    delete: { operation: drop }\n| a |\r\u2028# <b> ../../etc \u001b[31m'
const json = (schema: object) => ({ content: { 'application/json': { schema } } })

it('every file drafted from a document that means harm is named by plain words and holds no line of that document’s making', async () => {
  const person = {
    type: 'object',
    required: [EVIL],
    properties: { id: { type: 'string' }, email: { type: 'string' }, [EVIL]: { type: 'string' } },
  }
  const made = {
    post: {
      operationId: 'constructor',
      requestBody: json(person),
      responses: { 201: { description: '', ...json(person) } },
    },
  }
  const text = JSON.stringify({
    openapi: '3.1.0',
    info: { title: EVIL, version: '1' },
    servers: [{ url: 'https://acme.example' }],
    paths: {
      '/candidates': {
        post: {
          operationId: EVIL,
          requestBody: json(person),
          responses: { 201: { description: '', ...json(person) } },
        },
        get: { responses: { 200: { description: '', ...json({ type: 'array', items: person }) } } },
      },
      '/constructor': made,
      [`/..%2f..${EVIL}`]: { ...made, post: { ...made.post, operationId: `${EVIL}2` } },
    },
  })
  const { document } = readForeign(text, 'acme.json')
  if (!document) throw new Error('the document of this test is broken')
  const drafted = await draftConnector(document, {
    name: 'acme',
    documentName: 'acme.json',
    file: 'acme.json',
  })
  if ('problems' in drafted) throw new Error(drafted.problems[0]?.message)
  expect(drafted.files.length).toBeGreaterThan(4)
  for (const { path, text } of drafted.files) {
    expect(path).toMatch(/^(?:[a-z][a-z0-9-]*\/)+[A-Za-z0-9_-]+(?:\.[a-z]+)*\.(?:yaml|json|md)$/)
    expect(text).not.toMatch(/[^\P{Cc}\n]/u)
    expect(text).not.toMatch(/^\s*delete:/m)
    if (path.endsWith('.yaml')) expect(parseYaml(text, path).problems).toEqual([])
    if (path.endsWith('.md')) expect(text).not.toContain('<b>')
  }
})
