/** A program outside of the repository: it sees the package as npm would give it, built, with its types. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'hrhub-consumer-'))

beforeAll(() => {
  mkdirSync(join(folder, 'node_modules', '@types'), { recursive: true })
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'hrhub'))
  symlinkSync(resolve('node_modules/@types/node'), join(folder, 'node_modules', '@types', 'node'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What the compiler says of it, `line: text`. */
function compiled(name: string, text: string): string[] {
  const file = join(folder, name)
  writeFileSync(file, text)
  const program = ts.createProgram([file], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts'],
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    outDir: folder,
  })
  const found = ts.getPreEmitDiagnostics(program).map(({ file: at, start = 0, messageText }) => {
    const line = (at?.getLineAndCharacterOfPosition(start).line ?? 0) + 1
    return `${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`
  })
  if (found.length === 0) program.emit()
  return found
}

const RIGHT = `import { type Change, createClient, HubProblem } from 'hrhub/client'

const hub = createClient({ url: 'http://127.0.0.1:9', key: 'hrk_x' })
export async function names(): Promise<string[]> {
  const found: string[] = []
  for await (const message of hub.pages('/v1/messages', { params: { query: { state: 'invalid' } } })) found.push(message.id)
  const record = await hub.get('/v1/{kinds}/{id}', { params: { path: { kinds: 'candidates', id: 'candidate_1' } } })
  return [...found, record.kind, String(record.version + 1)]
}
export async function last(): Promise<Change | undefined> {
  for await (const change of hub.follow({ after: 0 })) return change
  return undefined
}
const problem = await names().catch((error: unknown) => (error instanceof HubProblem ? error.code : 'away'))
console.log(typeof createClient, problem)
`

const WRONG = `import { createClient } from 'hrhub/client'
const hub = createClient({ url: 'http://127.0.0.1:9' })
await hub.get('/v1/nothing')
await hub.get('/v1/messages', { params: { query: { state: 'lost' } } })
await hub.get('/v1/messages/{id}')
const { items } = await hub.get('/v1/messages')
export const count: string = items[0].tries
hub.pages('/healthz')
await hub.delete('/v1/messages')
`

describe('a program that imports hrhub/client', () => {
  it('finds the package built', () => {
    expect(existsSync('dist/src/client/index.d.ts'), 'run `npm run build` first').toBe(true)
    expect(existsSync('dist/openapi/types/hub.d.ts')).toBe(true)
  })

  it('compiles with its types, and runs', () => {
    expect(compiled('right.ts', RIGHT)).toEqual([])
    const out = execFileSync(process.execPath, [join(folder, 'right.js')], { encoding: 'utf8' })
    expect(out).toBe('function away\n')
  })

  it('is told by the compiler what the hub has not, does not take, or does not answer', () => {
    const lines = compiled('wrong.ts', WRONG).map(text => Number(text.split(':')[0]))
    expect([...new Set(lines)].sort()).toEqual([3, 4, 5, 7, 8, 9])
  })
})
