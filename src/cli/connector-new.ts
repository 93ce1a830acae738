/**
 * `hrhub connector new NAME --openapi FILE`: a whole connector drafted into the integrator's folder. Everything is
 * laid out beside first and then moved into place, so that nothing is half written; nothing there is written over.
 */
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { packageRoot } from '../config.js'
import { type ForeignDocument, MAX_DOCUMENT_BYTES, readForeign } from '../connector/draft/read-document.js'
import { HubError, type Problem } from '../kernel/errors.js'
import { openQuestions } from '../pipeline/config/check/questions.js'
import { isKind } from '../pipeline/config/kinds.js'
import { type DraftedConnector, type DraftedFile, draftConnector } from '../pipeline/draft/draft-connector.js'
import { a } from '../pipeline/draft/mapping-draft.js'
import { type Invocation, isProject, projectsOf } from './invocation.js'
import { count, problemReport, seenFrom } from './problems.js'
import { columns, type Exit } from './terminal.js'

const NAME = /^[a-z][a-z0-9-]{0,62}$/
/** Above it YAML is too slow to write and to read: the copy is JSON, which is YAML, too. */
const LARGE = 512 * 1024

/** @throws HubError `CLI_USE_WRONG`, `CLI_NAME_TAKEN`, `CLI_FILE_UNREADABLE`, `CONFIG_FILE_MISSING` */
export async function connectorNew(cx: Invocation, name: string, openapi: string | undefined): Promise<Exit> {
  const { terminal } = cx
  if (openapi === undefined)
    throw new HubError('CLI_USE_WRONG', { detail: 'say --openapi FILE: the vendor’s OpenAPI document' })
  if (!NAME.test(name) || name === 'hub' || isKind(name))
    throw new HubError('CLI_USE_WRONG', {
      detail: `${name} names no connector: small letters, digits and -, and neither hub nor a kind`,
    })
  const project = projectOf(cx)
  assertFree(project, name)
  const found = await stat(openapi).catch(() => undefined)
  if (found && found.size > MAX_DOCUMENT_BYTES)
    return shown(cx, [
      {
        code: 'CONNECTOR_DOCUMENT_LARGE',
        severity: 'error',
        message: `${found.size} bytes; at most ${MAX_DOCUMENT_BYTES}`,
        file: openapi,
        line: 1,
        column: 1,
      },
    ])
  const text = await terminal.read(openapi)
  const read = readForeign(text, openapi)
  if (read.problems) return shown(cx, read.problems)
  const documentName = `${name}${read.document.json ? '.json' : '.yaml'}`
  const drafted = await draftConnector(read.document, { name, documentName, file: openapi })
  if ('problems' in drafted) return shown(cx, drafted.problems)
  const files = [{ path: `openapi/${documentName}`, text: copyOf(read.document, text) }, ...drafted.files]
  await lay(project, name, files)
  const questions = (await openQuestions(project)).filter(({ file }) => isOf(project, name, file)).length
  const place = seenFrom(process.cwd(), project) || '.'
  terminal.show(
    {
      project,
      files: files.map(({ path }) => path),
      resources: drafted.resources,
      settings: drafted.settings,
      changes: read.document.changes,
      questions,
    },
    [
      ...report(drafted, files, read.document.changes),
      '',
      `${count(questions, 'open question')}, as \`# ?:\` in the files: npx hrhub check --project ${place}`,
      `then:  npx hrhub sandbox --vendor ${name} --project ${place}`,
    ],
  )
  return 0
}

function report(
  { resources }: DraftedConnector,
  files: readonly DraftedFile[],
  changes: readonly string[],
): string[] {
  const shownFiles = files.filter(({ path }) => !path.includes('/fixtures/'))
  return [
    'drafted:',
    ...shownFiles.map(({ path }) => `  ${path}`),
    ...(files.length > shownFiles.length
      ? [`  and ${count(files.length - shownFiles.length, 'fixture')}`]
      : []),
    '',
    ...columns(
      resources.map(({ name, can, kind }) => [name, can.join(', '), kind ? a(kind) : '']),
      '  ',
    ),
    ...(changes.length > 0
      ? ['', 'changed in the copy of the document:', ...changes.slice(0, MOST).map(change => `  ${change}`)]
      : []),
    ...(changes.length > MOST ? [`  and ${changes.length - MOST} more; all stand in the README`] : []),
  ]
}
const MOST = 10

function shown({ terminal }: Invocation, problems: readonly Problem[]): Exit {
  const { value, lines } = problemReport(problems)
  terminal.show(value, lines)
  return 1
}

/** @throws HubError `CLI_USE_WRONG`, `CONFIG_FILE_MISSING` */
function projectOf({ settings }: Invocation): string {
  const [only, ...others] = projectsOf(settings)
  if (only === undefined || others.length > 0 || only.endsWith('*'))
    throw new HubError('CLI_USE_WRONG', { detail: 'name the one folder to draft into: --project DIR' })
  const project = resolve(only)
  if (!isProject(project))
    throw new HubError('CONFIG_FILE_MISSING', {
      detail: `${project} is no integrator’s folder (no connections.yaml); make one with \`hrhub init\``,
    })
  return project
}

const placesOf = (name: string) => [
  join('connectors', name),
  join('mappings', name),
  ...['.yaml', '.yml', '.json'].map(end => join('openapi', `${name}${end}`)),
]

/** @throws HubError `CLI_NAME_TAKEN` */
function assertFree(project: string, name: string): void {
  const taken = placesOf(name)
    .map(place => join(project, place))
    .find(place => existsSync(place))
  const ships = join(packageRoot(), 'connectors', name)
  const at = taken ?? (existsSync(ships) ? ships : undefined)
  if (at !== undefined) throw new HubError('CLI_NAME_TAKEN', { detail: `${at} is there already` })
}

const isOf = (project: string, name: string, file: string): boolean =>
  placesOf(name).some(place => file.startsWith(join(project, place)))

/** As it came where nothing had to be changed. */
function copyOf({ root, changes, json }: ForeignDocument, text: string): string {
  if (changes.length === 0) return text
  return json || text.length > LARGE
    ? `${JSON.stringify(root, null, 2)}\n`
    : stringify(root, { aliasDuplicateObjects: false, lineWidth: 0 })
}

async function lay(project: string, name: string, files: readonly DraftedFile[]): Promise<void> {
  const stage = await mkdtemp(join(project, '.draft-'))
  const moved: string[] = []
  try {
    for (const { path, text } of files) {
      const file = join(stage, path)
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, text, { flag: 'wx' })
    }
    assertFree(project, name)
    for (const place of placesOf(name)) {
      if (!existsSync(join(stage, place))) continue
      const target = join(project, place)
      await mkdir(dirname(target), { recursive: true })
      await rename(join(stage, place), target)
      moved.push(target)
    }
  } catch (error) {
    for (const target of moved) await rm(target, { recursive: true, force: true })
    throw error
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}
