import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startSandboxProcess } from './process.js'
import { temporaryFolder } from './rig.js'

it('stopped while it is still starting, the sandbox ends in order, and the next start finds its data', async () => {
  const data = temporaryFolder()
  const env = { PORT: '0' }
  const lock = join(data, 'lock')
  const early = startSandboxProcess(data, env)
  // The ledger's folder is being made: the longest part of a first start.
  await early.until('the ledger', () => existsSync(lock))
  await early.stop()
  expect(await early.ended).toBe(0)
  expect(early.out()).toBe('')
  expect(existsSync(lock)).toBe(false)

  const next = startSandboxProcess(data, env)
  await next.until('the first scenes', () => next.out().includes('  ✓ '))
  await next.stop()
  expect(await next.ended).toBe(0)
  expect(existsSync(lock)).toBe(false)

  const last = startSandboxProcess(data, env)
  await last.until('what went before', () => last.out().includes('(before, at '))
  await last.stop()
  expect(await last.ended).toBe(0)
}, 240_000)
