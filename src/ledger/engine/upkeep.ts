/**
 * What Postgres' background processes do and PGlite has not: a checkpoint per 64 MB of write-ahead log, so the
 * log's files are used again, and a vacuum of tables that changed, so rows take the place of dead ones.
 */
import type { Log } from './types.js'

const CHECKPOINT_BYTES = 64 * 1024 * 1024
const CHECKPOINT_LOOK_MS = 1_000
const VACUUM_MS = 60_000
/** Dead rows worth a vacuum: so many, and a tenth of the living. */
const DEAD_ROWS = 500

export interface Upkeep {
  /** Told of every statement: an idle hub is left asleep. */
  worked(): void
  /** Checkpoint and vacuum now. */
  now(): Promise<void>
  stop(): void
}

type Run = (sql: string) => Promise<{ rows: Record<string, unknown>[] }>

/** @param run one statement in its turn, in no transaction */
export function startUpkeep(run: Run, log: Log): Upkeep {
  let worked = true
  let busy = false
  let checkpointAt: string | undefined

  async function walSince(): Promise<{ at: string; bytes: number }> {
    const { rows } = await run(
      `select pg_current_wal_insert_lsn()::text as at,
         pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '${checkpointAt ?? '0/0'}')::float8 as bytes`,
    )
    return { at: String(rows[0]?.['at']), bytes: Number(rows[0]?.['bytes']) }
  }

  async function checkpoint(wal: { at: string }): Promise<void> {
    await run('checkpoint')
    checkpointAt = wal.at
  }

  async function vacuum(all: boolean): Promise<void> {
    // A session hands in its counts when it is idle for a while; this one is never idle for long.
    await run('select pg_stat_force_next_flush()')
    const { rows } = await run(
      `select quote_ident(schemaname) || '.' || quote_ident(relname) as name from pg_stat_all_tables
        where schemaname not in ('pg_toast', 'information_schema') and n_dead_tup > ${all ? 0 : `${DEAD_ROWS} and n_dead_tup > n_live_tup / 10`}
        order by n_dead_tup desc`,
    )
    // One by one: between two tables everybody else has a turn.
    for (const row of rows) await run(`vacuum (analyze) ${row['name']}`)
  }

  function guard(what: string, task: () => Promise<void>): () => void {
    return () => {
      if (busy || !worked) return
      busy = true
      worked = false
      task()
        .catch(error => log.warn({ err: error }, `${what} of the ledger failed; it is tried again`))
        .finally(() => {
          busy = false
        })
    }
  }

  let vacuumed = Date.now()
  const timer = setInterval(
    guard('checkpoint or vacuum', async () => {
      const wal = await walSince()
      if (wal.bytes >= CHECKPOINT_BYTES) await checkpoint(wal)
      if (Date.now() - vacuumed < VACUUM_MS) return
      vacuumed = Date.now()
      await vacuum(false)
    }),
    CHECKPOINT_LOOK_MS,
  )
  timer.unref()
  return {
    worked() {
      worked = true
    },
    async now() {
      await vacuum(true)
      await checkpoint(await walSince())
    },
    stop: () => clearInterval(timer),
  }
}
