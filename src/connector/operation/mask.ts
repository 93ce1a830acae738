/**
 * Personal data out of texts that people read: phone numbers, e-mail addresses and identity cards by form,
 * and whatever the mapped body holds under a field marked `x-personal` or commonly personal by name.
 */
import type { Json, JsonObject } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import { propertiesOf } from './project.js'

const FORMS: readonly (readonly [RegExp, string])[] = [
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}/g, '•••@•••'],
  [/(?<!\d)\d{17}[\dXx](?!\w)/g, '•••'],
  [/(?<!\d)(?:\+?86[- ]?)?1[3-9]\d{9}(?!\d)/g, '•••'],
]
const NAMES = new Set(
  [
    'phone', 'phones', 'phonenumber', 'phonenumbers', 'mobile', 'mobiles', 'tel', 'telephone', 'email', 'emails',
    'mail', 'name', 'realname', 'givenname', 'familyname', 'fullname', 'candidatename', 'idcard', 'idnumber',
    'certificate', 'identity', 'address', 'salary', 'to', 'cc', 'attendees',
  ], // biome-ignore format: a table of words
)
const MAX_VALUES = 200
const MAX_TEXT = 300

/** Short text for people, masked. */
export function maskText(text: string, personal: readonly string[] = []): string {
  let masked = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
  for (const value of personal) masked = masked.replaceAll(value, '•••')
  for (const [form, instead] of FORMS) masked = masked.replace(form, instead)
  return masked
}

/** Shorter ones are no secrets, and would be found everywhere. */
const MIN_SECRET = 4

/** Takes the values of secret settings out of a text, as they are and as addresses and JSON write them. */
export function hideSecrets(settings: JsonObject, secret: readonly string[]): (text: string) => string {
  const values = secret
    .flatMap(name => settings[name] ?? [])
    .map(value => (typeof value === 'string' ? value : JSON.stringify(value)))
    .filter(value => value.length >= MIN_SECRET)
    .flatMap(value => [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)])
    .sort((a, b) => b.length - a.length)
  return text => values.reduce((hidden, value) => hidden.replaceAll(value, '••••'), text)
}

/** Texts in a body that are personal, by the schema's marks and by name; longest first. */
export function personalValues(body: Json | undefined, schema?: JsonSchema): readonly string[] {
  const found = new Set<string>()
  collect(body, schema, false, found, 0)
  return [...found].sort((a, b) => b.length - a.length)
}

function collect(
  value: Json | undefined,
  schema: JsonSchema | undefined,
  personal: boolean,
  found: Set<string>,
  depth: number,
): void {
  if (value === undefined || value === null || depth > 16 || found.size >= MAX_VALUES) return
  if (typeof value === 'string' || typeof value === 'number') {
    const text = String(value)
    if (personal && text.length >= 2) found.add(text)
    return
  }
  if (typeof value !== 'object') return
  if (Array.isArray(value)) {
    for (const entry of value) collect(entry as Json, schema?.items, personal, found, depth + 1)
    return
  }
  const known = schema && propertiesOf(schema)
  for (const [name, member] of Object.entries(value)) {
    const own = known?.get(name)
    const marked = own?.['x-personal'] !== undefined || NAMES.has(name.toLowerCase().replaceAll(/[_-]/g, ''))
    collect(member, own, personal || marked, found, depth + 1)
  }
}
