import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyDiff, type Block, blocksOf } from './page.js'

const blocks = blocksOf('docs/tutorial.md')
const MAIN = resolve('dist/src/main.js')
const PATIENCE_MS = 30_000

let folder: string
let environment: Record<string, string>
const running: ChildProcess[] = []
/** Ports of the page → free ones of this machine. */
const ports = new Map<string, string>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hrhub-tutorial-'))
  copyFileSync('docs/talent-lane.yaml', join(folder, 'talent-lane.yaml'))
  // `npx hrhub` as a person has it, without npx asking the network.
  mkdirSync(join(folder, 'bin'))
  writeFileSync(join(folder, 'bin', 'npx'), `#!/bin/sh\nshift\nexec "${process.execPath}" "${MAIN}" "$@"\n`)
  chmodSync(join(folder, 'bin', 'npx'), 0o755)
  environment = { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, HOME: folder }
  for (const port of ['4010', '4011', '3000']) ports.set(port, await freePort())
})

afterAll(async () => {
  await Promise.all(
    running.map(
      child =>
        new Promise<void>(done => {
          child.once('exit', () => done())
          if (child.exitCode !== null || child.signalCode !== null) done()
          else if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
        }),
    ),
  )
  rmSync(folder, { recursive: true, force: true })
})

const freePort = () =>
  new Promise<string>((done, failed) => {
    const server = createServer()
    server.once('error', failed)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(String(typeof address === 'object' && address ? address.port : 0)))
    })
  })

const here = (text: string) => [...ports].reduce((done, [page, free]) => done.replaceAll(page, free), text)

/** Runs a script to its end. What it exports stays for the next. */
async function run(script: string): Promise<string> {
  const child = start(`${here(script)}\nstatus=$?\nenv -0 > "${join(folder, 'env')}"\nexit $status`)
  const said = collect(child)
  const status = await new Promise(done => child.once('close', done))
  if (status !== 0) throw new Error(`it ended with ${status}:\n${said()}`)
  const kept = readFileSync(join(folder, 'env'), 'utf8').split('\0')
  for (const entry of kept) {
    const [name = '', value = ''] = entry.split(/=(.*)/s)
    if (name.endsWith('_KEY')) environment[name] = value
  }
  return said()
}

function start(script: string): ChildProcess {
  return spawn('sh', ['-c', script], {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
}

function collect(child: ChildProcess): () => string {
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
  return () => text
}

const missing = (said: string, expected: string) =>
  here(expected)
    .split('\n')
    .filter(line => !said.includes(line))

/** Looks again and again, without a sleep of its own making: what is looked at takes its time. */
async function until(look: () => Promise<string> | string, expected: string): Promise<void> {
  const end = Date.now() + PATIENCE_MS
  for (;;) {
    const said = await look()
    if (missing(said, expected).length === 0) return
    if (Date.now() > end) expect(said).toContain(missing(said, expected)[0])
    await new Promise(done => setTimeout(done, 100))
  }
}

async function follow(block: Block, next: Block | undefined): Promise<void> {
  const expected = next?.language === 'text' ? next.text : undefined
  if (block.language === 'yaml' && block.file !== undefined)
    writeFileSync(join(folder, block.file), `${here(block.text)}\n`)
  else if (block.language === 'diff' && block.file !== undefined) {
    const file = join(folder, block.file)
    writeFileSync(file, applyDiff(readFileSync(file, 'utf8'), block.text))
  } else if (block.language === 'sh' && block.mode === 'background') {
    const child = start(here(block.text))
    running.push(child)
    await until(collect(child), expected ?? '')
  } else if (block.language === 'sh' && block.mode === 'until')
    await until(() => run(block.text), expected ?? '')
  else if (block.language === 'sh') {
    const said = await run(block.text)
    if (expected !== undefined) expect(missing(said, expected), said).toEqual([])
  }
}

describe('the tutorial', () => {
  const steps = blocks.flatMap((block, index) =>
    block.language === 'text' ? [] : [{ block, next: blocks[index + 1] }],
  )

  it.each(steps.map(step => [step.block.line, step.block.text.split('\n')[0], step] as const))(
    'line %i does what the page says: %s',
    (_line, _first, { block, next }) => follow(block, next),
  )

  it('has the same blocks in Chinese', () => {
    const bare = (page: string) => blocksOf(page).map(({ line: _, ...block }) => block)
    expect(bare('docs/tutorial.zh-CN.md')).toEqual(bare('docs/tutorial.md'))
  })
})
