import { readFileSync } from 'node:fs'
import openapiTypes, { astToString } from 'openapi-typescript'
import { describe, expect, it } from 'vitest'
import { openApiText } from '../../src/http/write-openapi.js'
import { KINDS } from '../../src/model/kinds.js'

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly responses: object
}

describe('the document of the API', async () => {
  const text = await openApiText()
  const document = JSON.parse(text)
  const operations = Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(
    ([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )

  it('is committed as the routes make it', () => {
    expect(readFileSync('openapi/hub.json', 'utf8')).toBe(text)
  })

  it('gave the committed types', async () => {
    const types = astToString(await openapiTypes(document, { alphabetize: false }))
    expect(readFileSync('openapi/types/hub.d.ts', 'utf8')).toContain(types)
  })

  it('names every operation once, says what it does and what may go wrong', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    for (const { path, operation } of operations) {
      expect(operation.summary, path).toBeTruthy()
      if (path.startsWith('/v1/')) expect(Object.keys(operation.responses), path).toContain('4XX')
    }
  })

  it('has the calls of the contract', () => {
    const calls = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
    expect(calls).toEqual(
      expect.arrayContaining([
        'GET /v1/{kinds}',
        'GET /v1/{kinds}/{id}',
        'GET /v1/{kinds}/{id}/timeline',
        'PATCH /v1/{kinds}/by/{connection}/{resource}/{external_id}',
        'PUT /v1/{kinds}/by/{connection}/{resource}/{external_id}',
        'POST /v1/{kinds}/batch',
        'GET /v1/changes',
        'GET /v1/changes/stream',
        'GET /v1/messages',
        'GET /v1/deliveries',
        'GET /v1/effects',
        'GET /v1/findings',
        'POST /v1/messages/{id}/replay',
        'POST /v1/deliveries/{id}/redrive',
        'POST /v1/deliveries/{id}/release',
        'POST /v1/deliveries/{id}/cancel',
        'POST /v1/deliveries/redrive',
        'GET /v1/connections',
        'POST /v1/connections/{connection}/check',
        'POST /v1/connections/{connection}/pause',
        'POST /v1/connections/{connection}/resume',
        'POST /v1/mappings/{name}/run',
        'GET /healthz',
        'GET /readyz',
        'GET /metrics',
      ]),
    )
  })

  it('describes every kind', () => {
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining([...KINDS.keys()]))
  })
})
