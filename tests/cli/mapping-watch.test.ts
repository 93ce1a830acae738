import { EventEmitter } from 'node:events'
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { mappingWatch } from '../../src/cli/mapping-test.js'
import { createTerminal } from '../../src/cli/terminal.js'
import { readSettings } from '../../src/config.js'
import { hrhub, NO_DOORS, tempFolder } from './kit.js'

const MAPPING = (name: string, source: string, expected: string) => `mapping: my/${name}.in
from: acme-ehr.candidate
to: candidate
identity: id
fields:
  name: name
  source: ${source}
tests:
  - name: a candidate
    given: { id: C1, name: 李雷, source: 内推 }
    expect: { name: 李雷, source: ${expected} }
`

function started(folder: string, name?: string) {
  let text = ''
  const settings = readSettings({ HRHUB_SETTINGS: '/dev/null/none', HRHUB_PROJECT: folder })
  const stream = { write: (more: string) => (text += more) }
  const terminal = createTerminal({ out: stream, err: stream, in: (async function* () {})() }, false)
  const signals = Object.assign(new EventEmitter(), { exit: () => undefined })
  const ended = mappingWatch({ settings, terminal, doors: NO_DOORS }, name, signals)
  return {
    ended,
    stop: () => signals.emit('SIGINT', undefined),
    text: () => text,
    clear: () => {
      text = ''
    },
  }
}

describe('mapping test --watch', () => {
  it('runs again what changed, and what reads a table that changed; ends on Ctrl-C', async () => {
    const folder = tempFolder({
      'connections.yaml': 'connections: []\n',
      'mappings/my/one.in.yaml': MAPPING('one', 'source', '内推'),
      'mappings/my/two.in.yaml': MAPPING('two', '{ from: source, lookup: sources }', 'referral'),
      'tables/sources.yaml': '内推: referral\n',
    })
    const file = (name: string) => join(folder, name)
    const watch = started(folder)
    await expect.poll(watch.text, { timeout: 30_000 }).toContain('; Ctrl-C ends it')
    expect(watch.text()).toMatch(/my\/one\.in +1 of 1 passed/)
    expect(watch.text()).toMatch(/my\/two\.in +1 of 1 passed/)

    watch.clear()
    writeFileSync(file('mappings/my/one.in.yaml'), MAPPING('one', 'source', '别的'))
    await expect.poll(watch.text, { timeout: 30_000 }).toContain('MAPPING_TEST_FAILED')
    expect(watch.text()).toMatch(/my\/one\.in +0 of 1 passed/)
    expect(watch.text()).not.toContain('my/two.in')

    watch.clear()
    writeFileSync(file('tables/sources.yaml'), '内推: campus\n')
    await expect.poll(watch.text, { timeout: 30_000 }).toMatch(/my\/two\.in +0 of 1 passed/)
    expect(watch.text()).not.toContain('my/one.in')

    watch.clear()
    // As editors save: a new file in the place of the old one.
    writeFileSync(file('mappings/my/.one.swp'), MAPPING('one', 'source', '内推'))
    renameSync(file('mappings/my/.one.swp'), file('mappings/my/one.in.yaml'))
    await expect.poll(watch.text, { timeout: 30_000 }).toMatch(/my\/one\.in +1 of 1 passed/)

    watch.clear()
    mkdirSync(file('mappings/later'))
    writeFileSync(
      file('mappings/later/three.in.yaml'),
      MAPPING('three', 'source', '内推').replace('my/', 'later/'),
    )
    await expect.poll(watch.text, { timeout: 30_000 }).toMatch(/later\/three\.in +1 of 1 passed/)
    rmSync(file('mappings/later'), { recursive: true })
    await expect.poll(watch.text, { timeout: 30_000 }).toMatch(/three\.in\.yaml is gone/)

    watch.stop()
    expect(await watch.ended).toBe(0)
  }, 120_000)

  it('refuses a name that there is not, like a single run', async () => {
    const folder = tempFolder({ 'connections.yaml': 'connections: []\n' })
    await expect(started(folder, 'my/nobody.in').ended).rejects.toMatchObject({
      code: 'CONFIG_MAPPING_UNKNOWN',
    })
  })
})

describe('coverage', () => {
  it('names the rules that no test reaches, per file, with their lines', async () => {
    const folder = tempFolder({
      'connections.yaml': 'connections: []\n',
      'mappings/my/one.in.yaml': MAPPING('one', 'source', '内推').replace(
        'tests:',
        '  tags: tags\n  salary_expectation: salary_expectation\ntests:',
      ),
    })
    const words = ['mapping', 'test', 'my/one.in', '--project', folder]
    const { exit, lines } = await hrhub(words)
    expect(exit).toBe(1)
    expect(lines.at(-1)).toBe('my/one.in  1 of 1 passed  3 of 5 rules exercised  untested: lines 8, 9')
    expect((await hrhub([...words, '--json'])).json()).toMatchObject({
      mappings: [
        {
          coverage: { exercised: 3, rules: 5 },
          untested: [
            { target: 'tags', line: 8 },
            { target: 'salary_expectation', line: 9 },
          ],
        },
      ],
    })
  })
})
