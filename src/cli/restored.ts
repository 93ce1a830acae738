/** `hrhub restored`: tells a ledger from a backup or a copy that it is one, so that it sends nothing twice. */

import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { HubSettings } from '../config.js'
import { HubError } from '../kernel/errors.js'
import { migrate } from '../ledger/migrate.js'
import { MIGRATIONS } from '../ledger/migrations/all.js'
import { afterRestore } from '../pipeline/restored.js'
import { withFolder } from './folder.js'
import { type Invocation, projectsOf } from './invocation.js'
import { runningHub, withLedger } from './operator/operate.js'
import { problemReport } from './problems.js'
import { columns, type Exit } from './terminal.js'

export interface RestoredOptions {
  /** A file of `hrhub backup`, for a data folder that has no ledger yet. */
  readonly from: string | undefined
}

/** @throws HubError `CLI_HUB_RUNNING`, `CLI_FOLDER_TAKEN`, `LEDGER_BACKUP_ELSEWHERE`, `CLI_FILE_UNREADABLE` */
export async function restored({ settings, terminal }: Invocation, { from }: RestoredOptions): Promise<Exit> {
  if (from !== undefined) refuseRestore(settings, from)
  const running = await runningHub(settings)
  if (running) throw new HubError('CLI_HUB_RUNNING', { detail: `process ${running.pid} uses the ledger` })
  const folder = { projects: projectsOf(settings), connections: 'check-only' } as const
  const { report, configured } = await withFolder(settings, folder, async ({ tenants, problems }) => ({
    report: problemReport(problems.filter(problem => problem.severity === 'error')),
    configured: tenants.flatMap(({ tenant, connections }) =>
      [...connections.keys()].map(connection => ({ tenant, connection })),
    ),
  }))
  // A connection that cannot be read could not be paused: it would send at the next start.
  if (report.errors > 0) {
    terminal.show(report.value, report.lines)
    return 1
  }
  return withLedger(
    settings,
    async ({ parts }): Promise<Exit> => {
      await migrate(parts.ledger, MIGRATIONS)
      const result = await afterRestore(parts, configured)
      terminal.show(result, [
        ...columns([
          ['epoch', String(result.epoch)],
          ['in doubt', `${result.doubtful} effects that were begun`],
          ['paused', result.paused.join(', ') || 'no connection'],
        ]),
        'Look what each system holds, then resume its connection: POST /v1/connections/NAME/resume.',
      ])
      return 0
    },
    { whatever: true, restoreFrom: from === undefined ? undefined : resolve(from) },
  )
}

/** A backup never goes over a ledger that is there. */
function refuseRestore({ databaseUrl, dataFolder }: HubSettings, from: string): void {
  if (databaseUrl !== undefined)
    throw new HubError('LEDGER_BACKUP_ELSEWHERE', { detail: 'the ledger is on Postgres' })
  if (!existsSync(from)) throw new HubError('CLI_FILE_UNREADABLE', { detail: `${from} cannot be read` })
  const ledger = join(dataFolder, 'ledger')
  if (existsSync(ledger)) throw new HubError('CLI_FOLDER_TAKEN', { detail: `there is a ledger in ${ledger}` })
}
