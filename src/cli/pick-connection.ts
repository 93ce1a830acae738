/** A connection by its name, opened with its real settings: for commands that call the vendor themselves. */
import { join } from 'node:path'
import type { OpenConnection } from '../connector/open-connection.js'
import type { Connection } from '../connector/types.js'
import { HubError, type Problem } from '../kernel/errors.js'
import { openBlobs } from '../ledger/blobs.js'
import { didYouMean } from '../mapping/suggest.js'
import type { LoadedTenants } from '../pipeline/config/load-tenants.js'
import { byTenant, pickTenant, withFolder } from './folder.js'
import { type Invocation, projectsOf } from './invocation.js'
import { problemReport } from './problems.js'
import type { Exit } from './terminal.js'

export interface Picked {
  readonly tenant: string
  readonly name: string
  readonly connector: string
  readonly connection: OpenConnection
}

/** Opens the folder and runs `work` on one connection; a folder with errors is shown instead. */
export async function withConnection(
  { settings, terminal }: Invocation,
  name: string,
  tenant: string | undefined,
  work: (picked: Picked) => Promise<Exit>,
): Promise<Exit> {
  const projects = projectsOf(settings)
  const blobs = openBlobs(join(settings.dataFolder, 'blobs'))
  const files = (hash: string) => blobs.get(hash)
  return withFolder(settings, { projects, connections: 'open', files }, async loaded => {
    const errors = errorsOf(loaded)
    if (errors.length > 0) {
      const report = problemReport(errors)
      terminal.show(report.value, report.lines)
      return 1
    }
    const picked = pickTenant(byTenant(loaded.tenants), tenant)
    const found = picked.of.connections.get(name)
    if (!found || !isOpen(found.connection)) {
      const hint = didYouMean(name, [...picked.of.connections.keys()])
      throw new HubError('PIPELINE_CONNECTION_UNKNOWN', { detail: `there is no connection ${name}${hint}` })
    }
    return work({
      tenant: picked.tenant,
      name,
      connector: found.connector,
      connection: found.connection,
    })
  })
}

const errorsOf = ({ problems }: LoadedTenants): readonly Problem[] =>
  problems.filter(problem => problem.severity === 'error')

function isOpen(connection: Connection): connection is OpenConnection {
  return 'preview' in connection
}
