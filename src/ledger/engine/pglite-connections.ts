/**
 * PGlite: Postgres compiled to WASM in a thread of this process, a folder or memory. One session, so everyone
 * takes turns; a `kill -9` loses nothing that was committed, a power cut may (it never calls fsync).
 */
import { join } from 'node:path'
import pg from 'pg'
import type { Connections, Held } from './connections.js'
import { away } from './database-error.js'
import { lockFolder } from './folder-lock.js'
import { layFolder } from './lay-folder.js'
import { lendSession } from './pglite-pool.js'
import { startThread } from './pglite-thread.js'
import { PGliteWire } from './pglite-wire.js'
import { Turns } from './turns.js'
import type { LedgerOptions } from './types.js'
import { startUpkeep } from './upkeep.js'

export async function connectPGlite(options: LedgerOptions): Promise<Connections> {
  const lock = options.folder === undefined ? undefined : await lockFolder(options.folder, options.log)
  try {
    return await open(options, () => lock?.release())
  } catch (error) {
    lock?.release()
    throw error
  }
}

async function open(options: LedgerOptions, unlock: () => void): Promise<Connections> {
  const folder = options.folder === undefined ? undefined : join(options.folder, 'ledger')
  if (folder !== undefined && options.prepared !== undefined && options.restoreFrom === undefined)
    await layFolder(folder, options.prepared)
  const thread = await startThread({ folder, restoreFrom: options.restoreFrom })
  const client = new pg.Client({
    stream: () => new PGliteWire(thread),
    user: 'postgres',
    database: 'postgres',
  } as never)
  let broken = false
  client.on('error', error => {
    broken = true
    options.log.error({ err: error }, 'the thread of the embedded database failed')
  })
  await client.connect()
  // Borrowers find their tables by this; ours are named with their schema.
  await client.query('set search_path to bullmq')

  const turns = new Turns()
  const upkeep = startUpkeep(async sql => {
    const give = await turns.take()
    try {
      return await client.query(sql)
    } finally {
      give()
    }
  }, options.log)

  let closed = false
  const connections: Connections = {
    engine: 'pglite',
    watched: true,
    async acquire(): Promise<Held> {
      if (closed || broken) throw away(undefined)
      const give = await turns.take()
      if (closed || broken) {
        give()
        throw away(undefined)
      }
      upkeep.worked()
      return { query: query => client.query(query), pipelined: false, isBroken: () => broken, release: give }
    },
    get lent() {
      return lent
    },
    async dump(file) {
      const give = await turns.take()
      try {
        await thread.ask({ is: 'dump', file })
      } finally {
        give()
      }
    },
    upkeep: () => upkeep.now(),
    async close() {
      if (closed) return
      closed = true
      upkeep.stop()
      const give = await turns.take()
      try {
        if (!broken) {
          await client.end()
          await thread.ask({ is: 'close' })
        }
        await thread.ended
      } finally {
        give()
        unlock()
      }
    },
  }
  const lent = lendSession({ client, turns, of: connections })
  return connections
}
