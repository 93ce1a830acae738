/** What doctor looks at outside the ledger: the folder, the channel, the clock, and each vendor by its own check. */
import type { HubSettings } from '../../config.js'
import { withFolder } from '../folder.js'
import { projectsOf } from '../invocation.js'
import type { LedgerState } from '../operator/ledger-state.js'
import { counted, problemReport } from '../problems.js'
import { bad, type Finding, good, odd } from './finding.js'

export async function folderFindings(settings: HubSettings): Promise<readonly Finding[]> {
  const projects = projectsOf(settings)
  return withFolder(settings, { projects, connections: 'open' }, async ({ problems }) => {
    const report = problemReport(problems)
    const says = `${projects.join(', ')}: ${counted(report)}`
    if (report.errors > 0)
      return [bad('folder', says, 'see `hrhub check`; a missing secret is an error at start')]
    return [report.warnings > 0 ? odd('folder', says, 'see `hrhub check`') : good('folder', says)]
  })
}

/** Signatures of vendors are refused beyond minutes; orders of news suffer from seconds on. */
const SKEW_ODD_MS = 2_000
const SKEW_BAD_MS = 60_000

export function clockFindings(state: LedgerState | undefined): readonly Finding[] {
  if (!state || state.engine === 'pglite') return []
  const { skewMs } = state
  const says = `the database is ${Math.abs(skewMs)} ms ${skewMs < 0 ? 'behind' : 'ahead'}`
  const remedy = 'set both clocks by NTP: signatures and the order of news depend on them'
  if (Math.abs(skewMs) > SKEW_BAD_MS) return [bad('clock', says, remedy)]
  return [Math.abs(skewMs) > SKEW_ODD_MS ? odd('clock', says, remedy) : good('clock', says)]
}

export async function channelFindings(settings: HubSettings): Promise<readonly Finding[]> {
  if (settings.redisUrl === undefined) return [good('channel', 'on the ledger')]
  const { openChannel } = await import('../../channel/open-channel.js')
  const quiet = { debug() {}, info() {}, warn() {}, error() {} }
  const channel = await openChannel({ redisUrl: settings.redisUrl, prefix: 'hrhub', log: quiet })
  try {
    return (await channel.health()) === 'ok'
      ? [good('channel', 'Redis answers')]
      : [odd('channel', 'Redis does not answer', 'everything goes on, slower: the sweep finds what is due')]
  } finally {
    await channel.close()
  }
}

export async function connectionFindings(settings: HubSettings): Promise<readonly Finding[]> {
  const projects = projectsOf(settings)
  return withFolder(settings, { projects, connections: 'open' }, async ({ tenants }) =>
    Promise.all(
      tenants.flatMap(({ tenant, connections }) =>
        [...connections.values()].map(async ({ name, connection }) => {
          const { is, code, detail, status } = await connection.check()
          const what = `${tenant}/${name}`
          if (is === 'accepted') return good(what, detail || `status ${status ?? 'accepted'}`)
          const says = [is, status, code, detail].filter(part => part !== undefined && part !== '').join(' ')
          return bad(what, says, `see its settings, then \`hrhub connector test ${name}\``)
        }),
      ),
    ),
  )
}
