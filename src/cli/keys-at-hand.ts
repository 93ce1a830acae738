/** The master keys that are there already; unlike a start, looking never makes one. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { HubSettings } from '../config.js'

export function existingKeys(settings: HubSettings): readonly string[] | undefined {
  if (settings.keys && settings.keys.length > 0) return settings.keys
  const file = join(settings.dataFolder, 'key')
  if (settings.databaseUrl !== undefined || !existsSync(file)) return undefined
  return [readFileSync(file, 'utf8').trim()]
}
