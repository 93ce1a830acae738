/** Databases of the bench on the servers named, made empty and dropped again; a database of Redis of its own. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import pg from 'pg'

export const POSTGRES = process.env['BENCH_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres'
export const REDIS = process.env['BENCH_REDIS_URL'] ?? 'redis://127.0.0.1:6379/9'

export interface Made {
  readonly at: string
  remove(): Promise<void>
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: POSTGRES })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

export async function makeDatabase(): Promise<Made> {
  const name = `hrhub_bench_${randomBytes(4).toString('hex')}`
  await administer(`create database ${name}`)
  const url = new URL(POSTGRES)
  url.pathname = `/${name}`
  return { at: url.href, remove: () => administer(`drop database if exists ${name} with (force)`) }
}

export async function makeFolder(): Promise<Made> {
  const folder = await mkdtemp(join(tmpdir(), 'hrhub-bench-'))
  return { at: folder, remove: () => rm(folder, { recursive: true, force: true }) }
}

/** Settings that make a commit durable, as the server has them: a figure says under which it was taken. */
export async function durability(): Promise<string> {
  const client = new pg.Client({ connectionString: POSTGRES })
  await client.connect()
  try {
    const { rows } = await client.query<{ said: string }>(
      `select 'fsync=' || current_setting('fsync') || ' synchronous_commit=' || current_setting('synchronous_commit') as said`,
    )
    return rows[0]?.said ?? ''
  } finally {
    await client.end()
  }
}

/** Rings of earlier runs are nobody's. */
export async function emptyRedis(): Promise<void> {
  const redis = new Redis(REDIS, { lazyConnect: true, maxRetriesPerRequest: 1 })
  try {
    await redis.connect()
    await redis.flushdb()
  } finally {
    redis.disconnect()
  }
}
