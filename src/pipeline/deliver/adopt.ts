/** A resource that can only be looked up (people of an office suite): found once, linked, never created. A miss is remembered. */
import { newId } from '../../kernel/ids.js'
import type { JsonObject } from '../../kernel/json.js'
import { viewFor } from './prepare.js'
import { retryAt } from './retry.js'
import type { Settlement } from './settle.js'
import { errorOf, settledRow, settlement } from './settlement.js'
import type { Work } from './work.js'

/** A miss is asked again a day later, or when the record changes: vendors block who asks too often in vain. */
const MISS_MS = 24 * 60 * 60_000

export async function adopt(work: Work, body: JsonObject): Promise<Settlement> {
  const { parts, config, flow, row, loaded } = work
  const connection = config.connections.get(flow.connection)?.connection
  if (!connection) throw new TypeError(`flow ${flow.id} has no connection`)
  const view = viewFor(row, loaded)
  const result = await connection.lookup(flow.resource, {
    resource: flow.resource,
    verb: 'create',
    id: undefined,
    token: row.id,
    body,
    sent: undefined,
    kept: undefined,
    record: { id: row.record, kind: flow.kind, data: view?.data ?? {} },
    callbackUrl: undefined,
    steps: {},
  })
  const now = parts.clock.now()
  if (result.found === 'unsure') {
    const due = retryAt(now, row.tries, result.outcome.wait, Math.random())
    return settlement(
      config,
      settledRow(parts, row, {
        state: 'waiting',
        because: 'retry',
        due_at: due,
        tries: row.tries + 1,
        last_error: errorOf(result.outcome, now),
      }),
    )
  }
  if (result.found === 'none') {
    return settlement(
      config,
      settledRow(parts, row, {
        state: 'held',
        because: 'nobody found',
        due_at: now + MISS_MS,
        done: row.wanted,
        above: row.wanted,
        tries: 0,
      }),
    )
  }
  const keep = result.keep && Object.keys(result.keep).length > 0 ? result.keep : null
  return settlement(
    config,
    settledRow(parts, row, {
      done: row.wanted,
      above: row.wanted,
      external_id: result.id,
      keep,
      tries: 0,
      last_error: null,
    }),
    {
      link: {
        tenant: row.tenant,
        id: newId('link', parts.clock),
        connection: flow.connection,
        resource: flow.resource,
        external_id: result.id,
        kind: flow.kind,
        record: row.record,
        delivery: row.id,
        keep,
        created_at: now,
      },
    },
  )
}
