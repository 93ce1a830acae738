/**
 * The hub's settings: command line over environment over file over default, each with its origin. The only file that
 * reads the environment; everything else gets its settings as arguments.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { HubError } from './kernel/errors.js'

export interface Setting {
  readonly name: string
  readonly value: string | undefined
  readonly from: 'command line' | 'environment' | 'file' | 'default'
  readonly secret: boolean
  readonly about: string
}

export interface HubSettings {
  readonly port: number
  readonly host: string
  readonly projects: readonly string[]
  readonly dataFolder: string
  readonly databaseUrl: string | undefined
  readonly redisUrl: string | undefined
  readonly keys: readonly string[] | undefined
  readonly adminKey: string | undefined
  readonly logLevel: string
  readonly publicUrl: string | undefined
  readonly all: readonly Setting[]
  /** For `${NAME}` in the integrator's folder. */
  env(name: string): string | undefined
}

interface Known {
  readonly name: string
  readonly about: string
  readonly default?: string
  readonly secret?: true
}

/** The table of docs/settings.md; `hrhub config` prints it with origins. */
const KNOWN: readonly Known[] = [
  { name: 'PORT', default: '3000', about: 'Port of the API.' },
  { name: 'HOST', default: '127.0.0.1', about: 'Address the API listens on.' },
  { name: 'HRHUB_PROJECT', about: 'The integrator’s folder; several, separated by commas, are tenants.' },
  { name: 'HRHUB_DATA', default: '.hrhub', about: 'Folder of the embedded ledger, its key and attachments.' },
  { name: 'DATABASE_URL', secret: true, about: 'Postgres; without it the ledger is embedded.' },
  {
    name: 'REDIS_URL',
    secret: true,
    about: 'Redis or Valkey for the channel; without it the channel lives on the ledger.',
  },
  {
    name: 'HRHUB_KEY',
    secret: true,
    about: 'Master key, 32 bytes in base64; a comma-separated list rotates.',
  },
  { name: 'HRHUB_ADMIN_KEY', secret: true, about: 'The bootstrap API key.' },
  { name: 'HRHUB_PUBLIC_URL', about: 'Where vendors reach the hub, for return addresses.' },
  { name: 'LOG_LEVEL', default: 'info', about: 'Level of the log.' },
]

/**
 * @param over what the command line says
 * @throws HubError `CONFIG_SETTING_INVALID`
 */
export function readSettings(
  environment: NodeJS.ProcessEnv = process.env,
  over: Readonly<Record<string, string>> = {},
): HubSettings {
  const merged: NodeJS.ProcessEnv = { ...environment, ...over }
  const file = readFileSettings(resolve(merged['HRHUB_SETTINGS'] ?? 'hrhub.env'))
  const all = KNOWN.map(({ name, about, secret, ...known }): Setting => {
    const base = { name, about, secret: secret === true }
    if (merged[name] !== undefined && merged[name] !== '')
      return {
        ...base,
        value: merged[name],
        from: over[name] === undefined ? 'environment' : 'command line',
      }
    if (file[name] !== undefined) return { ...base, value: file[name], from: 'file' }
    return { ...base, value: known.default, from: 'default' }
  })
  const value = (name: string) => all.find(setting => setting.name === name)?.value
  const port = Number(value('PORT'))
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new HubError('CONFIG_SETTING_INVALID', { detail: `PORT is ${value('PORT')}, not a port` })
  }
  const list = (text: string | undefined) =>
    text
      ?.split(',')
      .map(part => part.trim())
      .filter(part => part !== '')
  return {
    port,
    host: value('HOST') ?? '127.0.0.1',
    projects: list(value('HRHUB_PROJECT')) ?? [],
    dataFolder: resolve(value('HRHUB_DATA') ?? '.hrhub'),
    databaseUrl: value('DATABASE_URL'),
    redisUrl: value('REDIS_URL'),
    keys: list(value('HRHUB_KEY')),
    adminKey: value('HRHUB_ADMIN_KEY'),
    logLevel: value('LOG_LEVEL') ?? 'info',
    publicUrl: value('HRHUB_PUBLIC_URL'),
    all,
    env: name => merged[name] ?? file[name],
  }
}

/** `NAME=value` lines; `#` begins a comment line. */
function readFileSettings(file: string): Readonly<Record<string, string>> {
  if (!existsSync(file)) return {}
  const lines = readFileSync(file, 'utf8').split(/\r?\n/)
  return Object.fromEntries(
    lines.flatMap(line => {
      const cut = line.indexOf('=')
      return line.startsWith('#') || cut < 1
        ? []
        : [[line.slice(0, cut).trim(), line.slice(cut + 1).trim()] as const]
    }),
  )
}

/** Root of the installed package: where connectors/, mappings/ and openapi/ are shipped. */
export function packageRoot(): string {
  let folder = new URL('.', import.meta.url).pathname
  while (!existsSync(join(folder, 'package.json'))) {
    const up = join(folder, '..')
    if (up === folder)
      throw new HubError('CONFIG_SETTING_INVALID', { detail: 'the package has lost its package.json' })
    folder = up
  }
  return resolve(folder)
}
