/**
 * `${NAME}` and `${file:/path}` in texts of the integrator's files, at any depth. A missing one is told by name
 * and place; the value itself is never part of a message.
 */
import { isObject, type Json } from '../../kernel/json.js'
import type { YamlPath } from '../../kernel/yaml.js'
import type { ProblemList } from '../../mapping/problems.js'

export interface Outside {
  env(name: string): string | undefined
  /** Text of a mounted file. @throws where it cannot be read */
  readFile(path: string): Promise<string>
  /** What a missing value is: an error at start; a warning where only the folder is checked. */
  readonly missing: 'error' | 'warning'
}

const PLACE = /\$\$\{|\$\{([^{}]{0,500})\}|\$\{/g
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,200}$/
const FILE = 'file:'
/** Secrets and certificates; anything larger is a mistake. */
const MAX_FILE = 64 * 1024
/** Stands for what is missing: an address nobody has, so nothing can ever be sent with it. */
const UNSET = 'https://unset.invalid'

/** A value is missing in it, which has been told. */
export const isUnset = (value: Json): boolean => typeof value === 'string' && value.includes(UNSET)

export async function interpolate(
  value: unknown,
  at: YamlPath,
  outside: Outside,
  list: ProblemList,
): Promise<Json> {
  if (typeof value === 'string') return fill(value, at, outside, list)
  if (Array.isArray(value))
    return Promise.all(value.map((entry, index) => interpolate(entry, [...at, index], outside, list)))
  if (!isObject(value)) return (value ?? null) as Json
  const members = await Promise.all(
    Object.entries(value).map(
      async ([name, member]) => [name, await interpolate(member, [...at, name], outside, list)] as const,
    ),
  )
  return Object.fromEntries(members)
}

async function fill(text: string, at: YamlPath, outside: Outside, list: ProblemList): Promise<string> {
  let filled = ''
  let end = 0
  for (const match of text.matchAll(PLACE)) {
    filled += text.slice(end, match.index)
    end = match.index + match[0].length
    const name = match[1]
    if (match[0] === '$${') filled += '${'
    else if (name?.startsWith(FILE)) filled += await fromFile(name.slice(FILE.length), at, outside, list)
    else if (name !== undefined && NAME.test(name)) filled += fromEnv(name, at, outside, list)
    else {
      filled += UNSET
      list.add('CONFIG_INTERPOLATION_INVALID', at, 'a `${…}` is neither ${NAME} nor ${file:/path}')
    }
  }
  return filled + text.slice(end)
}

function fromEnv(name: string, at: YamlPath, outside: Outside, list: ProblemList): string {
  const value = outside.env(name)
  if (value !== undefined && value !== '') return value
  list.add('CONFIG_SECRET_MISSING', at, `the environment has no ${name}`, { severity: outside.missing })
  return UNSET
}

async function fromFile(path: string, at: YamlPath, outside: Outside, list: ProblemList): Promise<string> {
  let text: string
  try {
    text = await outside.readFile(path)
  } catch (error) {
    const because = (error as NodeJS.ErrnoException).code ?? 'it cannot be read'
    list.add('CONFIG_SECRET_MISSING', at, `cannot read ${path}: ${because}`, { severity: outside.missing })
    return UNSET
  }
  if (text.length > MAX_FILE) {
    list.add('CONFIG_FILE_LARGE', at, `${path} is larger than ${MAX_FILE} characters`)
    return UNSET
  }
  return text.replace(/\r?\n$/, '')
}
