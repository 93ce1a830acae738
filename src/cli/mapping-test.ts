/**
 * `hrhub mapping test [NAME]`: runs the tests that stand in mapping files, and tells how much of them they exercise;
 * with --watch again for each file that changes, or that reads a table or a connector that does.
 */
import { HubError } from '../kernel/errors.js'
import { fingerprint } from '../kernel/json.js'
import { didYouMean } from '../mapping/suggest.js'
import { runMappingTests } from '../mapping/test-file.js'
import type { Catalog } from '../pipeline/config/catalog.js'
import { inOrder } from '../pipeline/config/problem-order.js'
import type { SourceFile } from '../pipeline/config/source-file.js'
import { mappingUse } from './folder.js'
import type { Invocation } from './invocation.js'
import { mappingCatalogs, mappingFolders } from './mapping-input.js'
import { count, problemReport, seenFrom } from './problems.js'
import { columns, type Exit, localTime } from './terminal.js'
import { type Signals, untilStopped } from './until-stopped.js'
import { watchFolders } from './watch-folders.js'

interface Found {
  readonly name: string
  readonly source: SourceFile
  readonly catalog: Catalog
}

export async function mappingTest(cx: Invocation, name: string | undefined): Promise<Exit> {
  return test(cx, named(name, await mappingCatalogs(cx)))
}

/** Until it is told to stop. */
export async function mappingWatch(
  cx: Invocation,
  name: string | undefined,
  signals?: Signals,
): Promise<Exit> {
  const { terminal } = cx
  return untilStopped(
    {
      async start() {
        const folders = await mappingFolders(cx)
        const first = named(name, await mappingCatalogs(cx))
        let known = signatures(first)
        const again = async () => {
          const found = all(await mappingCatalogs(cx), name)
          const now = signatures(found)
          const changed = found.filter(one => now.get(fileOf(one)) !== known.get(fileOf(one)))
          for (const [file, had] of known)
            if (!now.has(file) && had) terminal.note(`${seenFrom(process.cwd(), file)} is gone`)
          known = now
          if (changed.length === 0) return
          terminal.note(`${localTime(Date.now())} ${changed.map(one => one.name).join(', ')}`)
          test(cx, changed)
        }
        // Watched before the first run: a file that changes meanwhile is run again.
        const watcher = watchFolders(folders, again, error =>
          terminal.note(`cannot be read: ${error instanceof Error ? error.message : String(error)}`),
        )
        test(cx, first)
        return { log: silent, close: async () => watcher.close(), watched: first.length }
      },
      started: ({ watched }) => terminal.note(`watching ${count(watched, 'mapping')}; Ctrl-C ends it`),
    },
    signals,
  )
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }

const fileOf = ({ source }: Found) => source.yaml.file

/** What decides the outcome of a file's tests: its text, the tables it reads, the connectors at its two ends. */
function signatures(found: readonly Found[]): ReadonlyMap<string, string> {
  return new Map(
    found.map(one => {
      const { name, source, catalog } = one
      const { from, to } = catalog.head(name) ?? {}
      const ends = [from, to].map(end =>
        typeof end === 'string' ? catalog.connectorText(end.split('.')[0] ?? '') : '',
      )
      const version = catalog.mapping(name, mappingUse(catalog, name))?.version ?? null
      return [fileOf(one), fingerprint([source.text, version, ends])] as const
    }),
  )
}

/** The same shipped file in the eyes of two tenants is one file. */
function all(catalogs: readonly Catalog[], name: string | undefined): readonly Found[] {
  const found = catalogs.flatMap(catalog =>
    catalog.mappingNames.flatMap((one): Found[] => {
      const source = name === undefined || one === name ? catalog.source(one) : undefined
      return source ? [{ name: one, source, catalog }] : []
    }),
  )
  return [...new Map(found.map(one => [fileOf(one), one])).values()]
}

/** @throws HubError `CONFIG_MAPPING_UNKNOWN` */
function named(name: string | undefined, catalogs: readonly Catalog[]): readonly Found[] {
  const found = all(catalogs, name)
  if (name === undefined || found.length > 0) return found
  const known = catalogs.flatMap(catalog => catalog.mappingNames)
  throw new HubError('CONFIG_MAPPING_UNKNOWN', {
    detail: `there is no mapping ${name}${didYouMean(name, known)}`,
  })
}

function test({ terminal }: Invocation, found: readonly Found[]): Exit {
  const results = found.map(({ name: mapping, source, catalog }) => ({
    mapping,
    file: seenFrom(process.cwd(), source.yaml.file),
    ...runMappingTests(source.yaml, catalog.context(mappingUse(catalog, mapping))),
  }))
  const report = problemReport(inOrder(results.flatMap(result => result.problems)))
  const rows = results.map(({ mapping, tests, coverage, untested }) => [
    mapping,
    `${tests.filter(one => one.passed).length} of ${tests.length} passed`,
    `${coverage.exercised} of ${coverage.rules} rules exercised`,
    ...(untested.length === 0 ? [] : [`untested: ${linesOf(untested)}`]),
  ])
  terminal.show(
    {
      mappings: results.map(({ mapping, file, tests, coverage, untested }) => ({
        mapping,
        file,
        tests,
        coverage,
        untested,
      })),
      ...report.value,
    },
    [...report.lines, ...(rows.length > 0 ? columns(rows) : ['there are no mappings'])],
  )
  return report.errors > 0 ? 1 : 0
}

function linesOf(untested: readonly { readonly line: number }[]): string {
  const lines = [...new Set(untested.map(rule => rule.line))]
  return `${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}`
}
