/**
 * Rings on BullMQ's PostgreSQL backend over a pool of the ledger's, PGlite's included. Its tables live in schema
 * `bullmq`, where the pool's connections look for unqualified names.
 */
import { createPostgresBackend, type PgPool, Queue, runMigrations, Worker } from 'bullmq'
import type { Carrier } from './carrier.js'

/** A `pg.Pool`, or what looks like one. */
export type RingPool = PgPool

export async function carryOnPostgres(pool: RingPool, name: string): Promise<Carrier> {
  const client = await pool.connect()
  try {
    await runMigrations(client)
  } finally {
    client.release()
  }
  return {
    name: 'postgres',
    queue: options => new Queue(name, { ...options, connection: pool }, createPostgresBackend),
    worker: (processor, options) =>
      new Worker(name, processor, { ...options, connection: pool }, createPostgresBackend),
    ping: () => pool.query('select 1'),
    // The pool is the ledger's and outlives the channel.
    async close() {},
  }
}
