/**
 * The hub's source as plain JavaScript, for tests that start processes of their own and kill them. Compiled
 * without checking into a folder that can see node_modules; removed when the test file ends.
 */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'
import { afterAll } from 'vitest'

const ROOTS = ['src', 'connectors']
/** Read by the hub beside its code; what is shipped is the real thing. */
const DATA = ['mappings', 'openapi', 'config', 'tables']
let folder: string | undefined
// The process of a test file is ended from outside: its own exit is never heard of.
afterAll(() => {
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
})

/** @returns the folder that holds `src/…/*.js` */
export function compiledSource(): string {
  if (folder) return folder
  const cache = resolve('node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const made = mkdtempSync(join(cache, 'hrhub-compiled-'))
  folder = made
  cpSync('connectors', join(made, 'connectors'), { recursive: true })
  for (const root of ROOTS) {
    for (const file of readdirSync(root, { recursive: true }) as string[]) {
      if (!file.endsWith('.ts')) continue
      const target = join(made, root, file.replace(/\.ts$/, '.js'))
      mkdirSync(dirname(target), { recursive: true })
      const { outputText } = ts.transpileModule(readFileSync(join(root, file), 'utf8'), {
        compilerOptions: {
          target: ts.ScriptTarget.ES2023,
          module: ts.ModuleKind.ESNext,
          verbatimModuleSyntax: true,
        },
      })
      writeFileSync(target, outputText)
    }
  }
  for (const name of DATA) if (existsSync(name)) symlinkSync(resolve(name), join(made, name))
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
  const imports = { '#sdk': './src/connector/sdk.js' }
  writeFileSync(join(made, 'package.json'), JSON.stringify({ type: 'module', version, imports }))
  return made
}
