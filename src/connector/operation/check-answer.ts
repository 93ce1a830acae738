/**
 * Is a 2xx the answer the document declares? Another content type (a gateway's HTML page) or another form is
 * no proof that the work was done. Validators are compiled once per operation.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { isObject, type Json } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import { familyOf, plainType } from '../body/media-type.js'
import { type Content, isJsonType, type Operation } from '../manifest/openapi.js'
import type { Answered } from '../transport/transport.js'

const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false, logger: false })
const validators = new WeakMap<JsonSchema, ValidateFunction>()

/**
 * @param anyForm only the content type counts: the answer cannot be had a second time
 * @param broken it could not be read, and `body` is its text
 * @returns what is wrong, for a person; undefined where the answer is as declared, or nothing is declared
 */
export function checkAnswer(
  operation: Operation,
  answer: Answered,
  body: Json | undefined,
  anyForm = false,
  broken = false,
): string | undefined {
  const declared = declaredFor(operation, answer.status)
  if (!declared || declared.length === 0) return undefined
  if (answer.body.length === 0) return 'the answer is empty'
  const content = declaredContent(operation, answer)
  if (!content)
    return `the answer is ${plainType(answer.headers['content-type'] ?? '') || 'of no type'}, not ${declared.map(entry => entry.mediaType).join(' or ')}`
  if (broken && familyOf(content.mediaType) === 'xml') return 'the answer is not sound XML'
  if (
    isJsonType(content.mediaType) &&
    typeof body === 'string' &&
    !answer.body.toString('utf8').trimStart().startsWith('"')
  )
    return 'the answer is not JSON'
  if (!content.schema || anyForm) return undefined
  const validate = validatorOf(content.schema)
  if (validate(body ?? null)) return undefined
  const error = validate.errors?.[0]
  return `the answer is not as declared: ${error?.instancePath || 'body'} ${error?.message ?? ''}`
}

/** What the document says of an answer of this status and type. */
export function declaredContent(operation: Operation, answer: Answered): Content | undefined {
  const given = plainType(answer.headers['content-type'] ?? '')
  return declaredFor(operation, answer.status)?.find(entry => matches(entry.mediaType, given))
}

function declaredFor(operation: Operation, status: number): readonly Content[] | undefined {
  return (
    operation.answers[String(status)] ??
    operation.answers[`${Math.floor(status / 100)}XX`] ??
    operation.answers['default']
  )
}

function matches(declared: string, given: string): boolean {
  const plain = plainType(declared)
  if (plain === '*/*' || plain === given) return true
  const family = familyOf(plain)
  return (family === 'json' || family === 'xml') && family === familyOf(given)
}

function validatorOf(schema: JsonSchema): ValidateFunction {
  let validate = validators.get(schema)
  if (!validate) {
    validate = ajv.compile(lenient(schema) as object)
    validators.set(schema, validate)
  }
  return validate
}

/** 64-bit integers arrive as text (kernel/json.ts), and OpenAPI 3.0's `nullable` is still written everywhere. */
function lenient(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(lenient)
  if (!isObject(schema)) return schema
  const copy: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties' && isObject(value))
      copy[key] = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, lenient(member)]))
    else if (!['example', 'examples', 'default', 'enum', 'const', 'nullable'].includes(key))
      copy[key] = lenient(value)
    else if (key === 'enum' || key === 'const') copy[key] = value
  }
  const nullable = schema['nullable'] === true
  if (copy['type'] === 'integer') {
    const { type: _, ...rest } = copy
    return {
      anyOf: [
        { ...rest, type: 'integer' },
        { type: 'string', pattern: '^-?\\d{16,}$' },
        ...(nullable ? [{ type: 'null' }] : []),
      ],
    }
  }
  if (nullable && typeof copy['type'] === 'string') copy['type'] = [copy['type'], 'null']
  return copy
}
