/** `hrhub migrate`: brings the ledger to this version. `serve` does it at its start; here it can be done before. */
import { pino } from 'pino'
import { systemClock } from '../kernel/clock.js'
import { HubError } from '../kernel/errors.js'
import { openLedger } from '../ledger/engine/open-ledger.js'
import { migrate as migrateLedger } from '../ledger/migrate.js'
import { MIGRATIONS } from '../ledger/migrations/all.js'
import type { Invocation } from './invocation.js'
import { runningHub } from './operator/operate.js'
import type { Exit } from './terminal.js'

export async function migrate({ settings, terminal }: Invocation): Promise<Exit> {
  const running = await runningHub(settings)
  if (running)
    throw new HubError('CLI_HUB_RUNNING', {
      detail: `process ${running.pid} has brought the ledger to its version`,
    })
  const ledger = await openLedger({
    clock: systemClock,
    log: pino({ level: 'error', base: null }, pino.destination({ fd: 2, sync: true })),
    ...(settings.databaseUrl === undefined ? { folder: settings.dataFolder } : { url: settings.databaseUrl }),
  })
  try {
    const ran = await migrateLedger(ledger, MIGRATIONS)
    terminal.show(
      { ran },
      ran.length > 0 ? ran.map(name => `ran ${name}`) : ['nothing to do: the ledger is at this version'],
    )
    return 0
  } finally {
    await ledger.close()
  }
}
