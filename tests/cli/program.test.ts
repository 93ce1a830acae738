import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.js'
import { hrhub, tempFolder } from './kit.js'

describe('hrhub', () => {
  it.each([
    ['an unknown command', ['chek'], 'Did you mean check?'],
    ['an unknown option', ['check', '--projct', 'x'], '--project'],
    ['a missing argument', ['init'], "missing required argument 'dir'"],
    ['too many arguments', ['check', 'x'], 'too many arguments'],
    ['no command', [], 'Usage: hrhub'],
    ['a role there is none of', ['serve', '--role', 'boss'], '--role is one of all, api, worker; not boss'],
    ['replay of nothing', ['replay'], 'name messages, or a time and a connection'],
    [
      'replay of too much',
      ['replay', 'message_1', '--since', '2h'],
      'name messages, or a time and a connection',
    ],
    ['redrive of nothing', ['redrive'], 'name deliveries, or a code'],
    ['a time that is none', ['replay', '--since', 'x', '--connection', 'ehr'], 'x is no time'],
    ['a scope there is none of', ['keys', 'create', 'k', '--scope', 'all'], 'there is no scope all'],
  ])('ends wrong use with 2 and says what is meant: %s', async (_what, words, said) => {
    const { exit, err } = await hrhub(words, { env: { HRHUB_DATA: '/dev/null/none' } })
    expect(err).toContain(said)
    expect(exit).toBe(2)
  })

  it('shows its version and its help with 0', async () => {
    expect(await hrhub(['--version'])).toMatchObject({ exit: 0, out: '1.2.3\n' })
    const help = await hrhub(['--help'])
    expect(help.exit).toBe(0)
    for (const { usage } of COMMANDS) expect(help.out).toContain(usage.split(' ')[0])
  })

  it.each(COMMANDS.map(({ usage }) => [usage]))('has a help with --json for %s', async usage => {
    const words = usage.split(' ').filter(word => /^\w/.test(word))
    const { exit, out } = await hrhub([...words, '--help'])
    expect(exit).toBe(0)
    expect(out).toContain('--json')
    expect(out).toContain(`Usage: hrhub ${words.join(' ')}`)
  })

  it('says errors as JSON where it was asked for, and in words besides', async () => {
    const { exit, err, json } = await hrhub(['explain', 'x', '--json'], { env: { HRHUB_DATA: tempFolder() } })
    expect(exit).toBe(1)
    expect(json()).toMatchObject({
      error: { code: 'CLI_SCHEMA_OLD', remedy: expect.stringContaining('migrate') },
    })
    expect(err).toContain('CLI_SCHEMA_OLD')
  })
})
