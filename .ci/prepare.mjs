// Brings a fresh clone to where the two commands can run: installs from the lockfile what is missing and,
// with --build, compiles what is older than its source. Plain Node, no dependency: it runs before any exists.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

const root = new URL('..', import.meta.url).pathname
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`hrhub needs Node 20.19 or newer; this is ${process.versions.node}.`)
  process.exit(2)
}

function run(title, command, args) {
  const started = Date.now()
  process.stdout.write(`${title} … `)
  const done = spawnSync(command, args, { cwd: root, encoding: 'utf8', shell: process.platform === 'win32' })
  if (done.status !== 0) {
    console.log('failed')
    console.error(done.stdout, done.stderr, done.error?.message ?? '')
    process.exit(1)
  }
  console.log(`${((Date.now() - started) / 1000).toFixed(1)} s`)
}

const sha = text => createHash('sha256').update(text).digest('hex')

const lock = sha(readFileSync(join(root, 'package-lock.json')))
const installedMark = join(root, 'node_modules', '.hrhub-lock')
if (!existsSync(installedMark) || readFileSync(installedMark, 'utf8') !== lock) {
  // Not `npm ci`: it refuses a lockfile that does not list the binaries of every other platform. This installs the
  // same locked versions and writes neither package.json nor the lockfile.
  run('installing packages', 'npm', ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'])
  writeFileSync(installedMark, lock)
}

if (process.argv.includes('--build')) {
  const sources = ['src', 'connectors', 'openapi/types'].flatMap(function walk(dir) {
    return readdirSync(join(root, dir), { withFileTypes: true }).flatMap(entry =>
      entry.isDirectory()
        ? walk(join(dir, entry.name))
        : entry.name.endsWith('.ts')
          ? [join(dir, entry.name)]
          : [],
    )
  })
  sources.sort()
  const mark = sha([lock, ...sources.map(file => `${file} ${statSync(join(root, file)).mtimeMs}`)].join('\n'))
  const builtMark = join(root, 'dist', '.hrhub-built')
  if (!existsSync(builtMark) || readFileSync(builtMark, 'utf8') !== mark) {
    mkdirSync(join(root, 'dist'), { recursive: true })
    for (const entry of readdirSync(join(root, 'dist')))
      if (entry !== 'new-ledger') rmSync(join(root, 'dist', entry), { recursive: true, force: true })
    run('building', process.execPath, [
      'node_modules/typescript/bin/tsc',
      '-p',
      'tsconfig.build.json',
      '--noCheck',
    ])
    // What `hrhub/client` exports is typed for programs outside of this repository, too.
    run('typing the client', process.execPath, [
      'node_modules/typescript/bin/tsc',
      '-p',
      'tsconfig.client.json',
    ])
    mkdirSync(join(root, 'dist', 'openapi', 'types'), { recursive: true })
    copyFileSync(
      join(root, 'openapi', 'types', 'hub.d.ts'),
      join(root, 'dist', 'openapi', 'types', 'hub.d.ts'),
    )
    writeFileSync(builtMark, mark)
  }
  const packed = join(root, 'node_modules', '@electric-sql', 'pglite', 'package.json')
  const { version } = JSON.parse(readFileSync(packed, 'utf8'))
  if (!existsSync(join(root, 'dist', 'new-ledger', version)))
    run('making an empty ledger', process.execPath, ['.ci/prepare-ledger.mjs'])
}
