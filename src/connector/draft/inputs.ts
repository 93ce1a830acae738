/** What an operation may be given, wherever it goes: parameters and, in vendors that ask by POST, members of the body. */
import type { JsonSchema } from '../../kernel/json-schema.js'
import type { Operation } from '../manifest/openapi.js'
import { propertiesOf } from '../operation/project.js'

export interface Input {
  readonly name: string
  readonly in: 'path' | 'query' | 'header' | 'cookie' | 'body'
  readonly required: boolean
  readonly schema: JsonSchema
}

/** @param body whether members of the body count: for reads, whose body says only what is asked for */
export function inputsOf(operation: Operation, { body }: { readonly body: boolean }): readonly Input[] {
  const parameters = operation.parameters
    .filter(({ constant }) => constant === undefined)
    .map(({ name, in: place, required, schema }): Input => ({ name, in: place, required, schema }))
  const schema = body ? operation.body?.schema : undefined
  if (!schema) return parameters
  const members = [...propertiesOf(schema)].map(
    ([name, member]): Input => ({
      name,
      in: 'body',
      required: schema.required?.includes(name) ?? false,
      schema: member,
    }),
  )
  return [...parameters, ...members]
}

/** Rules for inputs as `with` takes them: parameters by name, members of the body below `body`. */
export function bound(rules: ReadonlyMap<Input, unknown>): Record<string, unknown> | undefined {
  // Names are the document's: `__proto__` is one like any other.
  const plain: Record<string, unknown> = Object.create(null)
  const body: Record<string, unknown> = Object.create(null)
  for (const [input, rule] of rules) {
    if (input.in === 'body') body[input.name] = rule
    else plain[input.name] = rule
  }
  if (Object.keys(body).length > 0) plain['body'] = body
  return Object.keys(plain).length > 0 ? plain : undefined
}

export const typeOf = (schema: JsonSchema): string | undefined =>
  typeof schema.type === 'string' ? schema.type : schema.type?.find(type => type !== 'null')
