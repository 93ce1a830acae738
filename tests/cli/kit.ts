/** Commands called in this process: what they wrote and how they ended. Nothing of the machine's settings gets in. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import type { Doors } from '../../src/cli/invocation.js'
import { run } from '../../src/cli/program.js'
import type { Exit } from '../../src/cli/terminal.js'
import { readSettings } from '../../src/config.js'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

export function tempFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), 'hrhub-cli-'))
  folders.push(folder)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

export interface Ran {
  readonly exit: Exit
  readonly out: string
  readonly err: string
  readonly lines: readonly string[]
  json(): Record<string, unknown>
}

export const NO_DOORS: Doors = {
  api: () => Promise.reject(new Error('no API here')),
  health: () => Promise.reject(new Error('no health here')),
  sandbox: () => Promise.reject(new Error('no sandbox here')),
  vendor: () => Promise.reject(new Error('no vendor here')),
}

export interface RunMore {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly doors?: Doors
}

export async function hrhub(
  words: readonly string[],
  { env = {}, stdin = '', doors = NO_DOORS }: RunMore = {},
): Promise<Ran> {
  let out = ''
  let err = ''
  const exit = await run(words, {
    version: '1.2.3',
    streams: {
      out: { write: text => (out += text) },
      err: { write: text => (err += text) },
      in: (async function* () {
        yield Buffer.from(stdin)
      })(),
    },
    doors,
    settings: over => readSettings({ HRHUB_SETTINGS: '/dev/null/none', LOG_LEVEL: 'silent', ...env }, over),
  })
  return {
    exit,
    out,
    err,
    lines: out.split('\n').slice(0, -1),
    json: () => JSON.parse(out) as Record<string, unknown>,
  }
}
