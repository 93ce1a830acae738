/** A connection's settings against its connector's manifest: known names, required ones, types, defaults. */
import { webhookKey } from '../../connector/auth/standard-webhooks.js'
import type { Connector } from '../../connector/manifest/connector.js'
import type { ManifestSetting } from '../../connector/manifest/schema.js'
import type { Json, JsonObject } from '../../kernel/json.js'
import type { YamlPath } from '../../kernel/yaml.js'
import type { ProblemList } from '../../mapping/problems.js'
import { didYouMean } from '../../mapping/suggest.js'
import { isUnset } from './interpolate.js'

/** @returns settings in their types, without defaults (the engine fills them in) */
export function checkSettings(
  connector: Connector,
  written: JsonObject,
  at: YamlPath,
  list: ProblemList,
): JsonObject {
  const settings: Record<string, Json> = {}
  for (const [name, value] of Object.entries(written)) {
    const spec = Object.hasOwn(connector.settings, name) ? connector.settings[name] : undefined
    if (!spec) {
      const hint = didYouMean(name, Object.keys(connector.settings))
      list.add(
        'CONFIG_SETTING_UNKNOWN',
        [...at, name],
        `${connector.name} has no setting \`${name}\`${hint}`,
        {
          key: true,
        },
      )
      continue
    }
    const typed = inType(value, spec)
    const wrong = mistake(typed, spec)
    if (wrong) list.add('CONFIG_SETTING_INVALID', [...at, name], `\`${name}\` ${wrong}`)
    else settings[name] = typed
  }
  for (const [name, spec] of Object.entries(connector.settings)) {
    if (spec.default !== undefined || spec.required === false) continue
    if (!Object.hasOwn(written, name) || written[name] === null || written[name] === '')
      list.add(
        'CONFIG_SETTING_MISSING',
        at,
        `${connector.name} needs the setting \`${name}\`: ${spec.title ?? ''}`,
      )
  }
  return settings
}

/** Settings that mappings may read: no secrets, defaults filled in. */
export function openSettings(connector: Connector, settings: JsonObject): JsonObject {
  const open: Record<string, Json> = {}
  for (const [name, spec] of Object.entries(connector.settings)) {
    const value = settings[name] ?? (spec.default as Json | undefined)
    if (spec.secret !== true && value !== undefined) open[name] = value
  }
  return open
}

/** What comes from the environment is text, whatever it means. */
function inType(value: Json, spec: ManifestSetting): Json {
  if (typeof value !== 'string') return value
  if ((spec.type === 'integer' || spec.type === 'number') && /^-?\d{1,15}(\.\d{1,15})?$/.test(value))
    return Number(value)
  if (spec.type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true'
  return value
}

function mistake(value: Json, spec: ManifestSetting): string | undefined {
  if (value === null || value === '' || isUnset(value)) return undefined
  const fits = TYPES[spec.type]
  // While a secret is rotated, both are valid.
  const isRotating =
    spec.secret === true && Array.isArray(value) && value.every(one => typeof one === 'string')
  if (!fits.test(value) && !isRotating) return `must be ${fits.name}`
  const misformed = FORMATS[spec.format ?? '']
  if (
    misformed &&
    !(Array.isArray(value) ? value : [value]).every(
      one => isUnset(one as Json) || misformed.test(one as Json),
    )
  )
    return misformed.must
  if (spec.enum && !spec.enum.includes(value)) return `must be one of ${spec.enum.join(', ')}`
  return undefined
}

/** Formats that say more than the type; of a list, every entry. */
const FORMATS: Readonly<Record<string, { readonly must: string; test(value: Json): boolean } | undefined>> = {
  uri: {
    must: 'must be an address, e.g. https://api.example.com',
    test: value => typeof value === 'string' && URL.canParse(value),
  },
  whsec: {
    must: 'must be whsec_ and the base64 of 24 to 64 random bytes',
    test: value => typeof value === 'string' && webhookKey(value) !== undefined,
  },
}

const TYPES: Readonly<
  Record<ManifestSetting['type'], { readonly name: string; test(value: Json): boolean }>
> = {
  string: { name: 'text', test: value => typeof value === 'string' },
  integer: { name: 'a whole number', test: Number.isSafeInteger },
  number: { name: 'a number', test: Number.isFinite },
  boolean: { name: 'true or false', test: value => typeof value === 'boolean' },
  array: { name: 'a list', test: Array.isArray },
}
