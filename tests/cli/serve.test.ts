/** The compiled command as people start it: serve, commands beside it, an orderly end. */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compiledSource } from '../support/compiled.js'
import { tempFolder } from './kit.js'

const children: ChildProcess[] = []
afterAll(() => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
})

const main = join(compiledSource(), 'src', 'main.js')
const PROJECT = { 'connections.yaml': 'connections: []\n' }

interface Started {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
  readonly ended: Promise<number | null>
}

function start(words: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): Started {
  const child = spawn(process.execPath, [main, ...words], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', PORT: '0', LOG_LEVEL: 'warn', ...env },
  })
  children.push(child)
  let out = ''
  let err = ''
  child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
  const ended = new Promise<number | null>(resolve => child.once('close', code => resolve(code)))
  return { child, out: () => out, err: () => err, ended }
}

async function ended(words: readonly string[], cwd: string) {
  const started = start(words, cwd)
  const exit = await started.ended
  return { exit, out: started.out(), err: started.err() }
}

/** Resolves when the process says it listens, fails when it ends before. */
async function listening(started: Started, said = /listens at (\S+)/): Promise<string> {
  const address = new Promise<string>(resolve => {
    const look = () => {
      const found = said.exec(started.out())
      if (found?.[1]) resolve(found[1])
    }
    started.child.stdout?.on('data', look)
    look()
  })
  const early = started.ended.then(code => {
    throw new Error(`ended with ${code}: ${started.out()}${started.err()}`)
  })
  return Promise.race([address, early])
}

const mode = (file: string) => (statSync(file).mode & 0o777).toString(8)

describe('hrhub serve', () => {
  const folder = tempFolder(PROJECT)
  const data = join(folder, '.hrhub')
  let hub: Started
  let address: string

  beforeAll(async () => {
    hub = start(['serve'], folder)
    address = await listening(hub)
  }, 120_000)

  it('answers where it says it listens, and shows the first admin key once', async () => {
    const ready = await fetch(`${address}/readyz`)
    expect(ready.status).toBe(200)
    expect(await ready.json()).toMatchObject({ status: 'ready' })
    const key = /shown this once: (\S+)/.exec(hub.out())?.[1] ?? ''
    expect(readFileSync(join(data, 'admin-key'), 'utf8')).toBe(`${key}\n`)
    const answer = await fetch(`${address}/v1/connections`, { headers: { authorization: `Bearer ${key}` } })
    expect(answer.status).toBe(200)
  })

  it('keeps what opens it from everybody else', () => {
    for (const name of ['key', 'admin-key', 'running.json']) expect(mode(join(data, name))).toBe('600')
  })

  it('lets commands beside it work through it', async () => {
    const made = await ended(['keys', 'create', 'reader', '--scope', 'records:read', '--json'], folder)
    expect(made).toMatchObject({ exit: 0, err: '' })
    const { id, key } = JSON.parse(made.out) as { id: string; key: string }
    const read = () => fetch(`${address}/v1/candidates`, { headers: { authorization: `Bearer ${key}` } })
    expect((await read()).status).toBe(200)
    expect((await ended(['keys', 'revoke', id], folder)).exit).toBe(0)
    expect((await read()).status).toBe(401)
    const unknown = await ended(['explain', 'candidate_1'], folder)
    expect(unknown.exit).toBe(1)
    expect(unknown.err).toContain('PIPELINE_ID_UNKNOWN')
  }, 60_000)

  it('refuses whoever does not hold the key of its door', async () => {
    const { door } = JSON.parse(readFileSync(join(data, 'running.json'), 'utf8')) as { door: string }
    const post = (headers: Record<string, string>, body = '{"verb":"ping"}') =>
      fetch(door, { method: 'POST', headers, body }).then(response => response.status)
    expect(await post({})).toBe(401)
    expect(await post({ authorization: 'Bearer x' })).toBe(401)
  })

  it('shares its folder with no second hub, and says who has it', async () => {
    const second = await ended(['serve'], folder)
    expect(second.exit).toBe(1)
    expect(second.err).toContain(`LEDGER_FOLDER_LOCKED`)
    expect(second.err).toContain(`process ${hub.child.pid}`)
    const restored = await ended(['restored'], folder)
    expect(restored).toMatchObject({ exit: 1, err: expect.stringContaining('CLI_HUB_RUNNING') })
  }, 60_000)

  it('is backed up while it runs, and never over a file that is there', async () => {
    const file = join(folder, 'backup.tgz')
    const made = await ended(['backup', file, '--json'], folder)
    expect(JSON.parse(made.out)).toEqual({ file, bytes: statSync(file).size })
    expect((await ended(['backup', file], folder)).err).toContain('LEDGER_BACKUP_EXISTS')
  }, 60_000)

  it('ends in order on SIGTERM, and commands then open the folder themselves', async () => {
    hub.child.kill('SIGTERM')
    expect(await hub.ended).toBe(0)
    expect(existsSync(join(data, 'running.json'))).toBe(false)
    expect(existsSync(join(data, 'lock'))).toBe(false)
    const keys = await ended(['keys', 'list', '--json'], folder)
    expect(JSON.parse(keys.out)).toMatchObject({ items: [{ id: 'key_bootstrap' }, { name: 'reader' }] })
  }, 60_000)

  it('starts from a backup: new epoch, nothing over what is there', async () => {
    const taken = await ended(['restored', '--from', join(folder, 'backup.tgz')], folder)
    expect(taken.err).toContain('CLI_FOLDER_TAKEN')
    const other = tempFolder({ ...PROJECT, '.hrhub/key': readFileSync(join(data, 'key'), 'utf8') })
    const restored = await ended(['restored', '--from', join(folder, 'backup.tgz'), '--json'], other)
    expect(JSON.parse(restored.out)).toEqual({ epoch: 2, paused: [], doubtful: 0 })
    const keys = await ended(['keys', 'list', '--json'], other)
    expect(JSON.parse(keys.out)).toMatchObject({ items: [{ id: 'key_bootstrap' }, { name: 'reader' }] })
  }, 60_000)
})

describe('hrhub serve on a broken folder', () => {
  it('prints every problem, exits with 1 and starts nothing', async () => {
    const folder = tempFolder({
      'connections.yaml': 'connections:\n  - { connection: ehr, connector: acme-her }\n',
      'flows/all.yaml': 'flows:\n  - { flow: f, from: ehr.candidate, to: candidat, mapping: my/x.in }\n',
    })
    const { exit, out } = await ended(['serve'], folder)
    expect(exit).toBe(1)
    expect(out.split('\n').map(line => line.split(' ').slice(0, 2).join(' '))).toEqual(
      expect.arrayContaining([
        'connections.yaml:2:35 CONFIG_CONNECTOR_UNKNOWN',
        'flows/all.yaml:2:41 CONFIG_KIND_UNKNOWN',
      ]),
    )
    expect(existsSync(join(folder, '.hrhub', 'ledger'))).toBe(false)
  }, 60_000)

  it('keeps the last good configuration on SIGHUP, and says what is wrong', async () => {
    const folder = tempFolder(PROJECT)
    const hub = start(['serve', '--role', 'all'], folder)
    await listening(hub)
    writeFileSync(join(folder, 'connections.yaml'), 'connections: [{ connection: x, connector: y }]\n')
    const said = new Promise<void>((resolve, reject) => {
      void hub.ended.then(code => reject(new Error(`ended with ${code}`)))
      hub.child.stderr?.on('data', () => {
        if (hub.err().includes('the last good configuration stays')) resolve()
      })
    })
    hub.child.kill('SIGHUP')
    await said
    expect(hub.err()).toContain('connections.yaml:1:43 CONFIG_CONNECTOR_UNKNOWN')
    hub.child.kill('SIGINT')
    expect(await hub.ended).toBe(0)
  }, 120_000)
})

describe('hrhub serve --role worker', () => {
  it('tells monitors how it is, and takes nothing in', async () => {
    const worker = start(['serve', '--role', 'worker'], tempFolder(PROJECT))
    const address = await listening(worker, /health is at (\S+)/)
    expect((await fetch(`${address}/healthz`)).status).toBe(200)
    expect((await fetch(`${address}/readyz`)).status).toBe(200)
    expect((await fetch(`${address}/v1/connections`)).status).toBe(404)
    expect((await fetch(`${address}/hooks/hk_any`, { method: 'POST' })).status).toBe(404)
    // A key that nobody could use here is not made.
    expect(worker.out()).not.toContain('admin key')
    worker.child.kill('SIGTERM')
    expect(await worker.ended).toBe(0)
  }, 120_000)
})
