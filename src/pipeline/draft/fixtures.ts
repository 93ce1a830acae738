/** Example exchanges of a drafted connector, made of the document's own examples, else of its schemas. */
import { exampleOf } from '../../connector/draft/example.js'
import type { DraftResource } from '../../connector/draft/resources.js'
import type { Connector } from '../../connector/manifest/connector.js'
import { isJsonType, type Operation } from '../../connector/manifest/openapi.js'
import type { Json } from '../../kernel/json.js'

export interface Fixture {
  readonly path: string
  readonly value: Json
}

/** One file per call of a resource, and beside a create its body alone, for `hrhub connector run`. */
export function fixturesOf(connector: Connector, resources: readonly DraftResource[]): readonly Fixture[] {
  return resources.flatMap(resource =>
    Object.entries(resource.operations).flatMap(([role, operation]) => {
      const exchange = exchangeOf(operation)
      const files: Fixture[] = [{ path: `${resource.name}.${role}.json`, value: exchange }]
      const verb =
        role === 'create' || role === 'put' ? connector.resources[resource.name]?.slots[role] : undefined
      const body = bodyOf(operation)
      return verb && body !== undefined
        ? [...files, { path: `${resource.name}.${role}.body.json`, value: body }]
        : files
    }),
  )
}

function exchangeOf(operation: Operation): Json {
  const required = operation.parameters.filter(parameter => parameter.required)
  const path = operation.path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const parameter = operation.parameters.find(one => one.name === name && one.in === 'path')
    return encodeURIComponent(String(exampleOf(parameter?.schema, name) ?? '1'))
  })
  const query = Object.fromEntries(
    required
      .filter(one => one.in === 'query')
      .map(one => [one.name, one.constant ?? exampleOf(one.schema, one.name)]),
  )
  const body = bodyOf(operation)
  const [status, answer] = answerOf(operation)
  return {
    operation: operation.id,
    request: {
      method: operation.method,
      path,
      ...(Object.keys(query).length > 0 ? { query } : {}),
      ...(body === undefined ? {} : { body }),
    },
    answer: { status, ...(answer === undefined ? {} : { body: answer }) },
  }
}

export function bodyOf({ body }: Operation): Json | undefined {
  return body && (body.example ?? exampleOf(body.schema))
}

/** The first 2xx of the document with its body. */
export function answerOf(operation: Operation): readonly [number, Json | undefined] {
  const [status, contents] = Object.entries(operation.answers).find(([code]) => code.startsWith('2')) ?? [
    '200',
    [],
  ]
  const json = contents.find(content => isJsonType(content.mediaType))
  return [Number(/^\d+$/.test(status) ? status : 200), json && (json.example ?? exampleOf(json.schema))]
}
