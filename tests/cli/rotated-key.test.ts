import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readSettings } from '../../src/config.js'
import { startHub } from '../../src/hub.js'
import { hrhub, tempFolder } from './kit.js'

const folder = tempFolder({ 'connections.yaml': 'connections: []\n' })
const [old, fresh, foreign] = [0, 1, 2].map(() => randomBytes(32).toString('base64'))

/** Starts under these keys and stops. @returns the instance and its epoch: another one would send anew */
async function startUnder(keys: readonly (string | undefined)[]): Promise<string> {
  const hub = await startHub({
    settings: readSettings({ HRHUB_SETTINGS: '/dev/null/none', LOG_LEVEL: 'silent', ...envOf(keys) }),
    role: 'api',
  })
  await hub.stop()
  return hub.parts.instance
}

const envOf = (keys: readonly (string | undefined)[]) => ({
  HRHUB_PROJECT: folder,
  HRHUB_DATA: join(folder, 'data'),
  HRHUB_KEY: keys.join(','),
})

it('a rotated key opens the same ledger, and the key before it can go', async () => {
  const made = await startUnder([old])
  expect(await startUnder([fresh, old])).toBe(made)
  expect(await startUnder([fresh])).toBe(made)
  const { exit } = await hrhub(['keys', 'list'], { env: envOf([fresh]) })
  expect(exit).toBe(0)
  for (const stranger of [old, foreign])
    await expect(startUnder([stranger])).rejects.toMatchObject({ code: 'LEDGER_FOREIGN' })
})
