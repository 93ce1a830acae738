/** `hrhub restored`: tells a ledger from a backup or a copy that it is one, so that it sends nothing twice. */

import { HubError } from '../kernel/errors.js'
import { migrate } from '../ledger/migrate.js'
import { MIGRATIONS } from '../ledger/migrations/all.js'
import { afterRestore } from '../pipeline/restored.js'
import { withFolder } from './folder.js'
import { type Invocation, projectsOf } from './invocation.js'
import { runningHub, withLedger } from './operator/operate.js'
import { problemReport } from './problems.js'
import { columns, type Exit } from './terminal.js'

export async function restored({ settings, terminal }: Invocation): Promise<Exit> {
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
    { whatever: true },
  )
}
