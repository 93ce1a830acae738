/** Compares what a mapping gave with what its test expects, and says where they differ. */
import type { HubError } from '../kernel/errors.js'
import { isObject, type Json, type JsonObject, sameJson } from '../kernel/json.js'
import { isReference } from './rule/reference.js'
import { instantText } from './time/instant.js'
import type { InResult, OutResult, Said } from './types.js'

const text = (value: Json | undefined): string => (value === undefined ? 'nothing' : JSON.stringify(value))

/** References read as the ids they hold, so that tests stay plain data. */
export function plainIds(value: Json): Json {
  if (isReference(value)) return value.$reference.id
  if (Array.isArray(value)) return value.map(plainIds)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainIds(member as Json)]))
}

/** The places where two values differ, at most ten. */
export function differences(wanted: Json | undefined, got: Json | undefined, path = ''): readonly string[] {
  if (sameJson(wanted, got)) return []
  if (isObject(wanted) && isObject(got)) {
    const keys = new Set([...Object.keys(wanted), ...Object.keys(got)])
    return [...keys]
      .flatMap(key => differences(own(wanted, key), own(got, key), path ? `${path}.${key}` : key))
      .slice(0, 10)
  }
  if (Array.isArray(wanted) && Array.isArray(got) && wanted.length === got.length)
    return wanted
      .flatMap((entry: Json, index) => differences(entry, got[index] as Json, `${path}[${index}]`))
      .slice(0, 10)
  return [`${path || 'the result'} is ${text(got)}, expected ${text(wanted)}`]
}

const own = (of: Record<string, unknown>, key: string) =>
  Object.hasOwn(of, key) ? (of[key] as Json) : undefined

/** `expect` is exact; a head reference that `expect` does not name is left out of the comparison. */
export function checkIncoming(spec: JsonObject, result: InResult): readonly string[] {
  const unexpected = expectsFailure(spec)
  if (unexpected) return [unexpected]
  if (result.verdict === 'ignored')
    return spec['ignored'] === true ? [] : ['the mapping ignores this message']
  if (spec['ignored'] === true) return ['the mapping does not ignore this message']
  const because: string[] = []
  if (spec['expect'] !== undefined) {
    const expected = spec['expect']
    const fields = Object.entries(result.fields).filter(
      ([key, value]) => !isReference(value) || (isObject(expected) && Object.hasOwn(expected, key)),
    )
    because.push(...differences(expected, plainIds(Object.fromEntries(fields))))
  }
  for (const [word, read] of Object.entries(BESIDE)) {
    const wanted = spec[word]
    if (wanted !== undefined) because.push(...differences(wanted, read(result) ?? null, word))
  }
  return because
}

const BESIDE: Readonly<Record<string, (result: Said) => Json | undefined>> = {
  identity: ({ identity, identityRef }) =>
    identity ?? (identityRef === undefined ? undefined : plainIds(identityRef as Json)),
  occurred_at: ({ occurredAt }) => (occurredAt === undefined ? undefined : instantText(occurredAt)),
  sequence: ({ sequence }) => sequence,
  gone: ({ gone }) => gone,
  ours: ({ ours }) => ours,
  skipped: ({ skipped }) => skipped.map(({ path }) => path),
}

export function checkOutgoing(spec: JsonObject, result: OutResult): readonly string[] {
  const unexpected = expectsFailure(spec)
  if (unexpected) return [unexpected]
  const waits = spec['waits']
  if (result.verdict === 'waits') {
    const records = result.for.map(({ record }) => record)
    if (waits === undefined)
      return [`the mapping waits for ${records.join(', ')}: give them under \`external\``]
    return waits === true ? [] : differences(waits, records, 'waits')
  }
  if (waits !== undefined) return ['the mapping does not wait']
  const because = spec['expect'] === undefined ? [] : [...differences(spec['expect'], result.body)]
  if (spec['skipped'] !== undefined)
    because.push(
      ...differences(
        spec['skipped'],
        result.skipped.map(({ path }) => path),
        'skipped',
      ),
    )
  return because
}

const expectsFailure = (spec: JsonObject): string | undefined =>
  spec['refuse'] === undefined ? undefined : `the mapping refuses nothing, expected ${String(spec['refuse'])}`

export function checkRefusal(spec: JsonObject, error: HubError): readonly string[] {
  const { refuse, at } = spec
  if (refuse === undefined) return [`refused with ${error.code}: ${error.message}`]
  const because = refuse === error.code ? [] : [`refused with ${error.code}, expected ${String(refuse)}`]
  const path = error.where?.path ?? ''
  if (at !== undefined && at !== path) because.push(`refused at ${path}, expected at ${String(at)}`)
  return because
}
