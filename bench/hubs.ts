/** A hub per mode with stores of its own, empty at the start and gone at the end. */
import { randomBytes } from 'node:crypto'
import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Child, type ChildOptions, startChild } from './child.js'
import { SECRET } from './events.js'
import { type Made, makeDatabase, makeFolder, REDIS } from './stores.js'

export type Stores = 'embedded' | 'postgres' | 'postgres+redis'
/** Stores, and whether one process does all or one takes in and another sends. */
export type Mode = Stores | 'postgres+redis, api and worker'
export const MODES: readonly Mode[] = [
  'embedded',
  'postgres',
  'postgres+redis',
  'postgres+redis, api and worker',
]

export interface Server extends Child<{ url: string }> {
  readonly path: string
}

/** As the image starts it (Dockerfile). */
const FLAGS = ['--max-semi-space-size=64']

/** Sources of the bench: compiled files lie in dist/bench. */
const PROJECT = new URL('../../bench/project', import.meta.url).pathname

export interface Prepared {
  readonly environment: Readonly<Record<string, string>>
  remove(): Promise<void>
}

/** @param flows `in` leaves out what the hub would send on: the way in alone */
export async function prepareHub(stores: Stores, sinkUrl: string, flows: 'in' | 'both'): Promise<Prepared> {
  const folder = await makeFolder()
  const made: Made[] = [folder]
  const project = join(folder.at, 'project')
  await mkdir(project)
  await cp(PROJECT, project, { recursive: true })
  if (flows === 'in') await rm(join(project, 'flows', 'out.yaml'))
  const environment: Record<string, string> = {
    HRHUB_PROJECT: project,
    HRHUB_DATA: join(folder.at, 'data'),
    HRHUB_ADMIN_KEY: randomBytes(24).toString('base64url'),
    BENCH_SECRET: SECRET,
    BENCH_SINK_URL: sinkUrl,
    LOG_LEVEL: 'info',
    HOST: '127.0.0.1',
    PORT: '0',
  }
  if (stores !== 'embedded') {
    const database = await makeDatabase()
    made.push(database)
    environment['DATABASE_URL'] = database.at
    environment['HRHUB_KEY'] = randomBytes(32).toString('base64')
  }
  if (stores === 'postgres+redis') {
    environment['REDIS_URL'] = REDIS
  }
  return {
    environment,
    async remove() {
      for (const one of made.reverse()) await one.remove()
    },
  }
}

export async function startHub(
  mode: Mode,
  sinkUrl: string,
  flows: 'in' | 'both',
  options: ChildOptions = {},
): Promise<Server> {
  const [stores, roles] = mode.split(', ') as [Stores, string?]
  const prepared = await prepareHub(stores, sinkUrl, flows)
  const children: Child<{ url: string }>[] = []
  const stop = async () => {
    for (const child of children) await child.stop()
    await prepared.remove()
  }
  try {
    for (const role of roles?.split(' and ') ?? ['all'])
      children.push(
        await startChild<{ url: string }>('./serve-hub.js', {
          ...options,
          flags: [...FLAGS, ...(options.flags ?? [])],
          environment: { ...prepared.environment, ...options.environment, BENCH_ROLE: role },
        }),
      )
    const [first] = children
    if (!first) throw new Error(`no process for ${mode}`)
    return { ...first, path: '/hooks/source', stop }
  } catch (error) {
    await stop()
    throw error
  }
}
