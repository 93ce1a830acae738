/**
 * `hrhub connector run CONNECTION RESOURCE.VERB FILE [--dry]`: one operation by hand. Dry prints the request that
 * would go out and sends nothing: auth is added at sending, and secret settings are masked.
 */
import { type RunStep, runVerb } from '../connector/run.js'
import { HubError } from '../kernel/errors.js'
import { isObject, type JsonObject } from '../kernel/json.js'
import type { Invocation } from './invocation.js'
import { readInput } from './mapping-input.js'
import { withConnection } from './pick-connection.js'
import type { Exit } from './terminal.js'

export interface ConnectorRunOptions {
  readonly dry: boolean
  readonly tenant: string | undefined
  /** External id, for update and delete. */
  readonly id: string | undefined
}

export async function connectorRun(
  cx: Invocation,
  [name, target, file]: readonly [string, string, string],
  { dry, tenant, id }: ConnectorRunOptions,
): Promise<Exit> {
  const body = await readInput(cx, file)
  if (!isObject(body)) throw new HubError('CLI_USE_WRONG', { detail: `${file} must hold one object` })
  return withConnection(cx, name, tenant, async ({ connection }) => {
    const steps = await runVerb(connection, target, body as JsonObject, {
      dry,
      ...(id === undefined ? {} : { id }),
    })
    const value = steps.map(({ step, request, outcome }) => ({
      step,
      request,
      outcome: outcome ?? null,
    }))
    cx.terminal.show({ dry, steps: value }, steps.flatMap(lines))
    return dry || steps.every(step => step.outcome?.is === 'accepted') ? 0 : 1
  })
}

function lines({ step, request, outcome }: RunStep): string[] {
  const { method, url, headers, body } = request
  return [
    `# ${step}`,
    `${method} ${url}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === undefined ? [] : ['', ...body.split('\n')]),
    ...(outcome
      ? [
          '',
          `→ ${outcome.is}${outcome.status === undefined ? '' : `, status ${outcome.status}`}${outcome.id === undefined ? '' : `, id ${outcome.id}`}${outcome.detail === '' ? '' : `: ${outcome.detail}`}`,
        ]
      : []),
    '',
  ]
}
