/** `hrhub redrive`: deliveries again, those named or all that failed with a code; judged from the record as it is now. */
import { HubError, isHubError } from '../kernel/errors.js'
import type { Invocation } from './invocation.js'
import { operate } from './operator/operate.js'
import { columns, type Exit } from './terminal.js'

export interface RedriveOptions {
  readonly deliveries: readonly string[]
  /** Code of the last error. */
  readonly code: string | undefined
  /** Only count. */
  readonly dry: boolean
  readonly tenant: string
}

export async function redrive({ settings, terminal }: Invocation, options: RedriveOptions): Promise<Exit> {
  const { deliveries, code, dry, tenant } = options
  if (deliveries.length > 0 === (code !== undefined))
    throw new HubError('CLI_USE_WRONG', { detail: 'name deliveries, or a code: redrive --code CONNECTOR_…' })
  return operate(settings, 'hub', async ask => {
    if (code !== undefined) {
      const result = dry
        ? { ...(await ask('redriveCount', { tenant, code })), dry }
        : await ask('redriveAll', { tenant, code })
      terminal.show(result, columns(Object.entries(result).map(([name, value]) => [name, String(value)])))
      return 'state' in result && result.state === 'failed' ? 1 : 0
    }
    const refused: { readonly id: string; readonly code: string; readonly detail: string }[] = []
    const redriven: string[] = []
    for (const delivery of deliveries) {
      try {
        redriven.push((await ask('redrive', { tenant, delivery })).id)
      } catch (error) {
        if (!isHubError(error) || error.kind === 'defect') throw error
        refused.push({ id: delivery, code: error.code, detail: error.message })
      }
    }
    terminal.show({ redriven, refused }, [
      ...redriven.map(id => `${id} is due again`),
      ...refused.map(one => `${one.id} ${one.code} ${one.detail}`),
    ])
    return refused.length > 0 ? 1 : 0
  })
}
