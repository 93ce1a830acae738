import { expect, it } from 'vitest'
import { expectOneEach } from './one-each.js'
import { personalIn } from './personal.js'
import { startSandboxProcess } from './process.js'
import { freePort, type Made, rememberedEffects, temporaryFolder } from './rig.js'

/** Moments at which the process dies, by what the vendors were made to do so far. */
const MOMENTS: readonly (readonly [string, (made: readonly Made[]) => boolean])[] = [
  ['the AI tool has its first session', made => count(made, 'createSession') === 1],
  [
    'the link went out by SMS and a calendar has the interview, its guests are still to come',
    made => count(made, 'sendSms') === 1 && count(made, 'createEvent') > 0,
  ],
  ['the line was cut after the second session was made', made => count(made, 'createSession') === 2],
]

const count = (made: readonly Made[], operation: string) =>
  made.filter(one => one.operation === operation).length

it('killed at three moments, the journey comes to its end with one effect each', async () => {
  const data = temporaryFolder()
  // Given to every start, as somebody with bookmarks would.
  const env = { PORT: String(await freePort()) }
  const logged: string[] = []
  for (const [moment, reached] of MOMENTS) {
    const sandbox = startSandboxProcess(data, env)
    await sandbox.until(moment, () => reached(rememberedEffects(data)))
    await sandbox.kill()
    logged.push(...sandbox.logged())
    expect(await sandbox.ended).toBe('SIGKILL')
    expect(sandbox.out()).not.toContain('The journey is at its end')
  }
  const last = startSandboxProcess(data, env)
  await last.until('the end', () => last.out().includes('The journey is at its end'), 200_000)
  expect(last.out()).toContain('Taking the journey up where it was.')
  expect(last.out().match(/all agree, one effect each/g)).toHaveLength(2)
  await last.stop()
  expect(await last.ended).toBe(0)
  logged.push(...last.logged())

  expectOneEach(rememberedEffects(data), { killed: true })
  expect(logged.filter(line => line.includes('delivery.attempted')).length).toBeGreaterThan(10)
  expect(logged.flatMap(line => personalIn(line).map(what => `${what}: ${line.slice(0, 200)}`))).toEqual([])
}, 480_000)
