/** What doctor looks at on the machine: Node, the data folder and its disk, the master key. */
import { existsSync, statSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { HubSettings } from '../../config.js'
import { isHubError } from '../../kernel/errors.js'
import { createSealer } from '../../kernel/seal.js'
import { existingKeys } from '../keys-at-hand.js'
import { bad, type Finding, good, odd } from './finding.js'

const OLDEST_NODE = [20, 19] as const
const MIB = 1024 * 1024
/** PGlite writes whole pages and its log: below this a busy day fills the disk. */
const LITTLE_MIB = 1024
const TOO_LITTLE_MIB = 100

export async function machineFindings(settings: HubSettings): Promise<readonly Finding[]> {
  return [nodeFinding(process.versions.node), ...(await diskFindings(settings)), keyFinding(settings)]
}

export function nodeFinding(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [oldest, oldestMinor] = OLDEST_NODE
  return major > oldest || (major === oldest && minor >= oldestMinor)
    ? good('node', version)
    : bad('node', version, `hrhub needs Node ${OLDEST_NODE.join('.')} or newer`)
}

async function diskFindings(settings: HubSettings): Promise<readonly Finding[]> {
  if (settings.databaseUrl !== undefined) return []
  const { bavail, bsize } = await statfs(nearest(settings.dataFolder))
  const free = Math.floor((bavail * bsize) / MIB)
  const says = `${free} MiB free at ${settings.dataFolder}`
  const remedy = 'make room: the ledger grows with every message it keeps'
  if (free < TOO_LITTLE_MIB) return [bad('disk', says, remedy)]
  return [free < LITTLE_MIB ? odd('disk', says, remedy) : good('disk', says)]
}

function nearest(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearest(dirname(folder))
}

function keyFinding(settings: HubSettings): Finding {
  const keys = existingKeys(settings)
  if (!keys) {
    return settings.databaseUrl === undefined
      ? good('key', 'is made at the first start')
      : bad('key', 'HRHUB_KEY is not set', 'set it to 32 random bytes in base64: openssl rand -base64 32')
  }
  try {
    const { fingerprint } = createSealer(keys)
    const own = settings.keys === undefined ? join(settings.dataFolder, 'key') : undefined
    if (own !== undefined && (statSync(own).mode & 0o077) !== 0)
      return odd('key', `${fingerprint.slice(0, 8)}…, but others can read ${own}`, `chmod 600 ${own}`)
    return good('key', `${fingerprint.slice(0, 8)}…, from ${own ?? 'HRHUB_KEY'}`)
  } catch (error) {
    if (!isHubError(error)) throw error
    return bad('key', error.message, 'each key is 32 bytes in base64')
  }
}
