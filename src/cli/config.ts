/**
 * `hrhub config`: every setting with its value and where it came from, and each connection with the address its
 * vendor calls back. Secrets are masked, whatever they are.
 */
import type { Setting } from '../config.js'
import { withFolder } from './folder.js'
import { type Invocation, isProject, projectsOf } from './invocation.js'
import { existingKeys } from './keys-at-hand.js'
import { counted, problemReport } from './problems.js'
import { foldersOf } from './projects.js'
import { columns, type Exit } from './terminal.js'

interface ShownConnection {
  readonly tenant: string
  readonly connection: string
  readonly connector: string
  /** Null where the master key is not at hand: the address is made under it. */
  readonly hook: string | null
}

export async function config({ settings, terminal }: Invocation): Promise<Exit> {
  const shown = settings.all.map(setting => ({ ...setting, value: masked(setting) }))
  const projects = projectsOf(settings)
  const present = settings.projects.length > 0 || (await foldersOf(projects)).some(isProject)
  const keys = existingKeys(settings)
  const loaded = present
    ? await withFolder(
        settings,
        { projects, connections: 'check-only', keys },
        async ({ tenants, problems }) => ({
          problems,
          connections: tenants.flatMap(tenant =>
            [...tenant.connections.values()].map(
              ({ name, connector, hook }): ShownConnection => ({
                tenant: tenant.tenant,
                connection: name,
                connector,
                hook: keys || !hook.startsWith('hk_') ? `/hooks/${hook}` : null,
              }),
            ),
          ),
        }),
      )
    : { problems: [], connections: [] }
  const report = problemReport(loaded.problems)
  const base = settings.publicUrl ?? ''
  terminal.show({ settings: shown, projects, connections: loaded.connections, ...report.value }, [
    ...columns([
      ['setting', 'value', 'from', 'about'],
      ...shown.map(({ name, value, from, about }) => [name, value ?? '-', from, about]),
    ]),
    '',
    ...columns([
      ['tenant', 'connection', 'connector', 'hook'],
      ...loaded.connections.map(({ tenant, connection, connector, hook }) => [
        tenant,
        connection,
        connector,
        hook === null ? 'known after the first start' : base + hook,
      ]),
    ]),
    ...(report.errors + report.warnings > 0
      ? ['', `${counted(report)} in the folder: see \`hrhub check\``]
      : []),
  ])
  return report.errors > 0 ? 1 : 0
}

/** An address keeps its host, so that a person sees which server is meant; everything else of a secret goes. */
function masked({ secret, value }: Setting): string | undefined {
  if (!secret || value === undefined) return value
  const address = URL.canParse(value) ? new URL(value) : undefined
  return address && address.host !== '' ? `${address.protocol}//••••@${address.host}/••••` : '••••'
}
