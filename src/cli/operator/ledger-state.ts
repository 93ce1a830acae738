/** What `hrhub doctor` asks a ledger: its version, whose it is, what is paused and what is due. */
import { connectionStates } from '../../ledger/connection-states.js'
import { countStates, databaseNow, type StateCounts } from '../../ledger/count-states.js'
import { readInstance } from '../../ledger/instance.js'
import { MIGRATIONS } from '../../ledger/migrations/all.js'
import { appliedMigrations } from '../../ledger/schema-version.js'
import type { Parts } from '../../pipeline/parts.js'

const NOTHING: StateCounts = {
  messages: {},
  deliveries: {},
  findings: {},
  proposals: 0,
  stopped: {},
  oldestDueMs: 0,
}

export type LedgerState = Awaited<ReturnType<typeof ledgerState>>

export async function ledgerState({ ledger, sealer, clock }: Pick<Parts, 'ledger' | 'sealer' | 'clock'>) {
  const applied = await appliedMigrations(ledger)
  const missing = Object.keys(MIGRATIONS).filter(name => !applied.includes(name))
  const before = clock.now()
  const database = await databaseNow(ledger)
  const tookMs = clock.now() - before
  const ready = missing.length === 0
  const instance = ready ? await readInstance(ledger) : undefined
  return {
    engine: ledger.engine,
    tookMs,
    schema: { applied, missing },
    instance: instance && {
      id: instance.id,
      epoch: instance.epoch,
      ours: sealer.knows(instance.keyFingerprint),
    },
    /** The database's clock is ahead of ours by this. */
    skewMs: Math.round(database - (before + tookMs / 2)),
    paused: ready ? (await connectionStates(ledger)).filter(one => one.state === 'paused') : [],
    ...(ready ? await countStates(ledger, before) : NOTHING),
  }
}
