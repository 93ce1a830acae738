/**
 * `hrhub check`: every problem of the folder at once: connectors, mappings with their tests, flows, ownership.
 * Without a folder it checks everything that ships with hrhub, too. Nothing is opened, called or written.
 */
import { existsSync } from 'node:fs'
import { join, resolve, sep } from 'node:path'
import { packageRoot } from '../config.js'
import type { Problem } from '../kernel/errors.js'
import { runMappingTests } from '../mapping/test-file.js'
import { Catalog } from '../pipeline/config/catalog.js'
import { openQuestions } from '../pipeline/config/check/questions.js'
import type { LoadedTenants } from '../pipeline/config/load-tenants.js'
import { inOrder } from '../pipeline/config/problem-order.js'
import { readShelf } from '../pipeline/config/shelf.js'
import { foldersIn } from '../pipeline/config/source-file.js'
import { mappingUse, withFolder } from './folder.js'
import { type Invocation, isProject } from './invocation.js'
import { count, counted, problemReport } from './problems.js'
import { columns, type Exit } from './terminal.js'

interface Tested {
  readonly mappings: number
  readonly tests: number
  readonly exercised: number
  readonly rules: number
  readonly problems: readonly Problem[]
}

export async function check({ settings, terminal }: Invocation): Promise<Exit> {
  const named = settings.projects.length > 0
  const projects = named ? settings.projects : unnamedProjects()
  return withFolder(settings, { projects, connections: 'check-only', library: 'all' }, async loaded => {
    const shipped = named ? undefined : new Catalog(await readShelf(packageRoot()))
    const tested = [
      ...[...loaded.catalogs.values()].map(catalog => testMappings(catalog, projects)),
      ...(shipped ? [testMappings(shipped, [packageRoot()])] : []),
    ]
    const asked = [...(await foldersOf(projects)), ...(named ? [] : [packageRoot()])]
    const questions = (await Promise.all(asked.map(openQuestions))).flat()
    const problems = inOrder([
      ...loaded.problems.filter(problem => !isFilledAtStart(problem)),
      ...tested.flatMap(one => one.problems),
      ...questions,
    ])
    const report = problemReport(problems)
    const summary = summaryOf(loaded, tested, shipped)
    terminal.show({ ...report.value, checked: summary }, [
      ...report.lines,
      ...summaryLines(summary, counted(report)),
    ])
    return report.errors > 0 ? 1 : 0
  })
}

/** `companies/*` is every folder in it. */
async function foldersOf(projects: readonly string[]): Promise<readonly string[]> {
  const each = projects.map(async project => {
    if (!project.endsWith('/*')) return [resolve(project)]
    const parent = resolve(project.slice(0, -2))
    return (await foldersIn(parent)).map(name => join(parent, name))
  })
  return (await Promise.all(each)).flat()
}

const SANDBOX = join(packageRoot(), 'config', 'sandbox')

/** Addresses and secrets of the simulated vendors are new at every start of the sandbox. */
const isFilledAtStart = ({ code, file }: Problem) =>
  code === 'CONFIG_SECRET_MISSING' && isBelow(SANDBOX, file)

/** The working directory where it is a folder of an integrator, and the sandbox that ships. */
function unnamedProjects(): readonly string[] {
  return [process.cwd(), SANDBOX].filter(isProject)
}

/** Runs the tests of all mappings below some folders. */
function testMappings(catalog: Catalog, folders: readonly string[]): Tested {
  const sources = catalog.mappingNames.flatMap(name => {
    const source = catalog.source(name)
    return source && folders.some(folder => isBelow(folder, source.yaml.file)) ? [{ name, source }] : []
  })
  const reports = sources.map(({ name, source }) =>
    runMappingTests(source.yaml, catalog.context(mappingUse(catalog, name))),
  )
  const sum = (of: (report: (typeof reports)[number]) => number) =>
    reports.reduce((all, one) => all + of(one), 0)
  return {
    mappings: reports.length,
    tests: sum(report => report.tests.length),
    exercised: sum(report => report.coverage.exercised),
    rules: sum(report => report.coverage.rules),
    problems: reports.flatMap(report => report.problems),
  }
}

function isBelow(folder: string, file: string): boolean {
  const root = resolve(folder.endsWith('/*') ? folder.slice(0, -2) : folder)
  return resolve(file).startsWith(root + sep) && existsSync(root)
}

function summaryOf(loaded: LoadedTenants, tested: readonly Tested[], shipped: Catalog | undefined) {
  const sum = (of: (one: Tested) => number) => tested.reduce((all, one) => all + of(one), 0)
  return {
    tenants: loaded.catalogs.size,
    connectors: new Set(
      [...loaded.catalogs.values(), ...(shipped ? [shipped] : [])].flatMap(one => one.connectorNames),
    ).size,
    mappings: sum(one => one.mappings),
    tests: sum(one => one.tests),
    exercised: sum(one => one.exercised),
    rules: sum(one => one.rules),
    flows: loaded.tenants.reduce(
      (all, { inbound, outbound }) =>
        all + [...inbound.values()].flat().length + new Set([...outbound.values()].map(flow => flow.id)).size,
      0,
    ),
  }
}

function summaryLines(summary: ReturnType<typeof summaryOf>, problems: string): string[] {
  const { tenants, connectors, mappings, tests, exercised, rules, flows } = summary
  return columns([
    ['checked', [count(tenants, 'tenant'), count(connectors, 'connector'), count(flows, 'flow')].join(', ')],
    ['mappings', `${mappings}, ${count(tests, 'test')}, ${exercised} of ${rules} rules exercised`],
    ['found', problems],
  ])
}
