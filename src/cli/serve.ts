/**
 * `hrhub serve`: runs the hub until it is told to stop; SIGHUP reads the folder again and keeps the last good
 * configuration. Where the folder has problems, all of them are printed and nothing starts.
 */
import { join } from 'node:path'
import { type Hub, startHub } from '../hub.js'
import { HubError } from '../kernel/errors.js'
import { type Invocation, withProjects } from './invocation.js'
import { type OpenedDoors, openDoors } from './open-doors.js'
import { problemReport } from './problems.js'
import type { Exit, Terminal } from './terminal.js'
import { type Signals, untilStopped } from './until-stopped.js'

const ROLES = ['all', 'api', 'worker'] as const
type Role = (typeof ROLES)[number]
const isRole = (word: string): word is Role => (ROLES as readonly string[]).includes(word)

/** @throws HubError `CLI_USE_WRONG`; ConfigurationError with every problem of the folder */
export async function serve(
  { settings, terminal, doors }: Invocation,
  role: string,
  signals?: Signals,
): Promise<Exit> {
  if (!isRole(role))
    throw new HubError('CLI_USE_WRONG', { detail: `--role is one of ${ROLES.join(', ')}; not ${role}` })
  return untilStopped(
    {
      async start() {
        const hub = await startHub({ settings: withProjects(settings), role })
        const opened = await opening(hub, role, doors)
        return {
          hub,
          opened,
          log: hub.log,
          reload: () => reload(hub, terminal),
          async close() {
            await opened.close()
            await hub.stop()
          },
        }
      },
      // Who reads that it listens may send a signal at once.
      started: ({ hub, opened }) => tell(terminal, hub, role, opened),
    },
    signals,
  )
}

async function opening(hub: Hub, role: Role, doors: Invocation['doors']): Promise<OpenedDoors> {
  try {
    return await (role === 'worker' ? openDoors(hub, doors.health, false) : openDoors(hub, doors.api))
  } catch (error) {
    await hub.stop()
    throw error
  }
}

function tell(terminal: Terminal, { settings, parts, channel }: Hub, role: Role, opened: OpenedDoors): void {
  const { api, adminKey, withoutAdmin } = opened
  const embedded = settings.databaseUrl === undefined
  const tenants = parts.tenants().map(config => config.tenant)
  terminal.show(
    {
      role,
      address: api.address,
      tenants,
      carrier: channel.carrier,
      admin_key: adminKey ?? null,
      without_admin: withoutAdmin,
    },
    [
      role === 'worker' ? `hrhub works; its health is at ${api.address}` : `hrhub listens at ${api.address}`,
      `tenants ${tenants.join(', ')}; ledger ${embedded ? settings.dataFolder : 'Postgres'}; channel ${channel.carrier}`,
      ...(adminKey === undefined ? [] : [`admin key, shown this once: ${adminKey}`]),
      ...(adminKey !== undefined && embedded ? [`kept in ${join(settings.dataFolder, 'admin-key')}`] : []),
      ...withoutAdmin.map(
        tenant => `${tenant} has no admin key yet: hrhub keys create admin --scope admin --tenant ${tenant}`,
      ),
    ],
  )
}

async function reload(hub: Hub, terminal: Terminal): Promise<void> {
  const report = problemReport(await hub.reload())
  for (const line of report.lines) terminal.note(line)
  terminal.note(report.errors > 0 ? 'the last good configuration stays' : 'the folder was read again')
}
