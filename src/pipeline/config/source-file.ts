/**
 * The YAML files of a folder, read in parallel within limits. A name is the path below the folder without
 * `.yaml`; a file that is too large or too deep is a problem, never half read.
 */
import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Problem } from '../../kernel/errors.js'
import { parseYaml, type YamlFile } from '../../kernel/yaml.js'

export interface SourceFile {
  /** `feishu/event.out` of `mappings/feishu/event.out.yaml`. */
  readonly name: string
  readonly text: string
  /** Parsed when it is first asked for: of all mappings that ship, a folder uses a few. */
  readonly yaml: YamlFile
}

export interface SourceFolder {
  readonly files: readonly SourceFile[]
  readonly problems: readonly Problem[]
}

/** Written by hand: a megabyte is beyond any real one. */
const MAX_BYTES = 1024 * 1024
const MAX_FILES = 5000
const MAX_DEPTH = 6

/** Files of a folder and its subfolders, by name; none where the folder is not there. */
export async function readSources(folder: string): Promise<SourceFolder> {
  const names = (await yamlNames(folder, '', 0)).sort()
  const problems: Problem[] = []
  if (names.length > MAX_FILES)
    problems.push(problemAt(folder, 'CONFIG_FILE_LARGE', `more than ${MAX_FILES} files`))
  const read = await Promise.all(names.slice(0, MAX_FILES).map(name => readSource(join(folder, name), name)))
  const files: SourceFile[] = []
  for (const one of read) {
    if ('code' in one) problems.push(one)
    else files.push(one)
  }
  return { files, problems }
}

/** One file, or why there is none. */
export async function readSource(file: string, name: string): Promise<SourceFile | Problem> {
  const found = await stat(file).catch(missingIsUndefined)
  if (!found?.isFile()) return problemAt(file, 'CONFIG_FILE_MISSING', 'there is no such file')
  if (found.size > MAX_BYTES)
    return problemAt(file, 'CONFIG_FILE_LARGE', `${found.size} bytes; at most ${MAX_BYTES}`)
  const text = await readFile(file, 'utf8')
  let parsed: YamlFile | undefined
  return {
    name: name.replace(/\.yaml$/, ''),
    text,
    get yaml() {
      parsed ??= parseYaml(text, file)
      return parsed
    },
  }
}

/** Folders right below a folder, by name; a mounted folder may be a link. */
export async function foldersIn(folder: string): Promise<readonly string[]> {
  const entries = await entriesOf(folder)
  const kept = await Promise.all(
    entries.map(async entry => {
      if (entry.name.startsWith('.')) return undefined
      return (await isFolder(folder, entry)) ? entry.name : undefined
    }),
  )
  return kept.filter(name => name !== undefined).sort()
}

async function yamlNames(folder: string, under: string, depth: number): Promise<string[]> {
  if (depth > MAX_DEPTH) return []
  const entries = await entriesOf(join(folder, under))
  const nested = await Promise.all(
    entries.map(async entry => {
      // `..data` is how a mounted configuration keeps its versions.
      if (entry.name.startsWith('.')) return []
      const name = under === '' ? entry.name : `${under}/${entry.name}`
      if (await isFolder(join(folder, under), entry)) return yamlNames(folder, name, depth + 1)
      return name.endsWith('.yaml') ? [name] : []
    }),
  )
  return nested.flat()
}

async function isFolder(parent: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory()
  return (await stat(join(parent, entry.name)).catch(missingIsUndefined))?.isDirectory() ?? false
}

async function entriesOf(folder: string): Promise<Dirent[]> {
  return (await readdir(folder, { withFileTypes: true }).catch(missingIsUndefined)) ?? []
}

function missingIsUndefined(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
  throw error
}

export function problemAt(file: string, code: Problem['code'], message: string): Problem {
  return { code, severity: 'error', message, file, line: 1, column: 1 }
}
