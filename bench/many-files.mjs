// Measures `hrhub check` over a folder of many connectors and mappings: copies of those that ship under other names.
//   npm run build && node bench/many-files.mjs [CONNECTORS] [MAPPINGS] [--keep]
// With --keep the folder stays, for node --cpu-prof dist/src/main.js check --project FOLDER.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const [connectors = 100, mappings = 500] = process.argv.slice(2).map(Number).filter(Number.isFinite)
const folder = mkdtempSync(join(tmpdir(), 'hrhub-many-'))

const write = (file, text) => {
  mkdirSync(dirname(join(folder, file)), { recursive: true })
  writeFileSync(join(folder, file), text)
}

/** Names alone: `nova-ai.session`, `nova-ai/session.in`, `connector: nova-ai`; a channel `dingtalk` stays. */
const renamed = (text, from, to) =>
  text.replaceAll(new RegExp(`(?<![\\w-])${from}(?=[./])|(?<=^connector: )${from}$`, 'gm'), to)

const shipped = readdirSync(join(root, 'connectors')).filter(name =>
  readdirSync(join(root, 'mappings')).includes(name),
)
const plain = shipped.filter(name => !readdirSync(join(root, 'connectors', name)).some(file => file.endsWith('.ts')))
cpSync(join(root, 'tables'), join(folder, 'tables'), { recursive: true })
cpSync(join(root, 'openapi', 'vendors'), join(folder, 'openapi', 'vendors'), { recursive: true })

const made = []
for (let i = 0; i < connectors; i++) {
  const from = plain[i % plain.length]
  const name = `${from}-${i}`
  for (const file of readdirSync(join(root, 'connectors', from)))
    write(
      `connectors/${name}/${file}`,
      renamed(readFileSync(join(root, 'connectors', from, file), 'utf8'), from, name).replaceAll(
        `vendors/${name}.yaml`,
        `vendors/${from}.yaml`,
      ),
    )
  made.push({ from, name })
}
let written = 0
for (let copy = 0; written < mappings; copy++)
  for (const { from, name } of made)
    for (const file of readdirSync(join(root, 'mappings', from))) {
      if (written >= mappings) break
      const text = readFileSync(join(root, 'mappings', from, file), 'utf8')
      const to = copy === 0 ? file : file.replace(/\.(in|out)\.yaml$/, `-${copy}.$1.yaml`)
      const mapping = `${name}/${to.replace(/\.yaml$/, '')}`
      write(`mappings/${name}/${to}`, renamed(text, from, name).replace(/^mapping: .*$/m, `mapping: ${mapping}`))
      written += 1
    }
write('connections.yaml', 'connections: []\n')

const times = []
for (let run = 0; run < 3; run++) {
  const began = performance.now()
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'dist/src/main.js'), 'check', '--project', folder],
    { encoding: 'utf8' },
  )
  times.push(Math.round(performance.now() - began))
  if (run === 0) console.log(`${stdout.split('\n').slice(-8).join('\n')}${stderr}exit ${status}`)
}
console.log(`check of ${connectors} connectors and ${written} mappings: ${times.join(', ')} ms`)
if (process.argv.includes('--keep')) console.log(folder)
else rmSync(folder, { recursive: true, force: true })
