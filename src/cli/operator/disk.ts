/**
 * The integrators' folders as they are on disk now, for verbs that compare them with what a hub once did. Read once
 * for the many verbs of one command, and dropped soon after its last; nothing of it is opened.
 */
import type { HubSettings } from '../../config.js'
import { HubError } from '../../kernel/errors.js'
import type { LoadedTenants } from '../../pipeline/config/load-tenants.js'
import { hasErrors } from '../../pipeline/config/problem-order.js'
import type { TenantConfig } from '../../pipeline/config/types.js'
import { byTenant, withFolder } from '../folder.js'

export interface Disk {
  /**
   * @param run names the command: its verbs see one state of the folders
   * @throws HubError `CLI_FOLDER_BROKEN`, `CONFIG_TENANT_UNKNOWN`
   */
  tenant(run: string, projects: readonly string[], tenant: string): Promise<TenantConfig>
}

/** Two commands at once are served; a third makes the first read again. */
const MOST_RUNS = 2
const IDLE_MS = 60_000

export function createDisk(settings: Pick<HubSettings, 'env'>): Disk {
  const runs = new Map<string, { readonly loaded: Promise<LoadedTenants>; timer: NodeJS.Timeout }>()

  const forgetLater = (run: string) => setTimeout(() => runs.delete(run), IDLE_MS).unref()

  function read(run: string, projects: readonly string[]): Promise<LoadedTenants> {
    const known = runs.get(run)
    if (known) {
      clearTimeout(known.timer)
      known.timer = forgetLater(run)
      return known.loaded
    }
    const loaded = withFolder(settings, { projects, connections: 'check-only' }, async found => found)
    for (const [eldest, { timer }] of runs) {
      if (runs.size < MOST_RUNS) break
      clearTimeout(timer)
      runs.delete(eldest)
    }
    runs.set(run, { loaded, timer: forgetLater(run) })
    return loaded
  }

  return {
    async tenant(run, projects, tenant) {
      const { tenants, problems } = await read(run, projects)
      const config = byTenant(tenants).get(tenant)
      if (config) return config
      const [first] = hasErrors(problems) ? problems.filter(problem => problem.severity === 'error') : []
      if (!first) throw new HubError('CONFIG_TENANT_UNKNOWN', { detail: `there is no tenant ${tenant}` })
      const { file, line, column, code, message } = first
      throw new HubError('CLI_FOLDER_BROKEN', { detail: `${file}:${line}:${column} ${code} ${message}` })
    },
  }
}
