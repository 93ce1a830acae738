import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Doors, Invocation } from '../../src/cli/invocation.js'
import { sandboxVendor } from '../../src/cli/sandbox-vendor.js'
import { createTerminal } from '../../src/cli/terminal.js'
import { readSettings } from '../../src/config.js'
import { hrhub, tempFolder } from './kit.js'

const nobody = () => Promise.reject(new Error('no such door here'))

function invocation(project: string) {
  const asked: { name: string; paths: number; port: number }[] = []
  const done: string[] = []
  const doors: Doors = {
    api: nobody,
    health: nobody,
    sandbox: nobody,
    async vendor(name, document, port) {
      asked.push({ name, paths: Object.keys(document.root['paths'] as object).length, port })
      return {
        address: 'http://127.0.0.1:9',
        credential: 'sandbox',
        close: async () => void done.push('closed'),
      }
    },
  }
  let out = ''
  const write = (text: string) => (out += text)
  const cx: Invocation = {
    settings: readSettings({ HRHUB_SETTINGS: '/dev/null/none', HRHUB_PROJECT: project }),
    terminal: createTerminal({ out: { write }, err: { write }, in: (async function* () {})() }, false),
    doors,
  }
  return { cx, asked, done, out: () => out }
}

async function drafted(): Promise<string> {
  const folder = join(tempFolder(), 'mine')
  await hrhub(['init', folder])
  await hrhub([
    'connector',
    'new',
    'lift',
    '--openapi',
    'tests/fixtures/openapi/lift.json',
    '--project',
    folder,
  ])
  return folder
}

describe('sandbox --vendor', () => {
  it('runs the vendor of a connector from its document until it is stopped, and says how to connect to it', async () => {
    const { cx, asked, done, out } = invocation(await drafted())
    const signals = Object.assign(new EventEmitter(), { exit: () => undefined })
    const exit = sandboxVendor(cx, 'lift', '4010', signals)
    await expect.poll(out).toContain('lift is simulated at http://127.0.0.1:9')
    signals.emit('SIGTERM')
    expect(await exit).toBe(0)
    expect(asked).toEqual([{ name: 'lift', paths: 4, port: 4010 }])
    expect(done).toEqual(['closed'])
    expect(out()).toContain('settings: { base_url: "http://127.0.0.1:9", … }')
  })

  it('knows what was meant, refuses a port that is none, and leaves plain sandbox as it is', async () => {
    const folder = await drafted()
    const unknown = await hrhub(['sandbox', '--vendor', 'lfit', '--project', folder])
    expect(unknown.exit).toBe(1)
    expect(unknown.err).toContain('there is no connector lfit; did you mean `lift`?')
    expect((await hrhub(['sandbox', '--vendor', '../lift', '--project', folder])).err).toContain(
      'CONFIG_CONNECTOR_UNKNOWN',
    )
    expect((await hrhub(['sandbox', '--vendor', 'lift', '--port', '99999', '--project', folder])).exit).toBe(
      2,
    )
    expect((await hrhub(['sandbox'])).err).toContain('no sandbox here')
  })
})
