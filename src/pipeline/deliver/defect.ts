/**
 * A row the hub fails over by its own fault is parked and shown, not tried again for ever: the next try would fail
 * the same way. What passes by itself (a ledger that is away) is none: the row's lease ends and it goes on.
 */
import { isHubError } from '../../kernel/errors.js'
import { type DefectRow, parkDefects } from '../../ledger/park-defects.js'
import type { DeliveryRow } from '../../ledger/schema.js'
import type { Parts } from '../parts.js'
import { passes } from './again.js'
import { errorOf } from './settlement.js'

type Row = Pick<DeliveryRow, 'tenant' | 'id' | 'flow' | 'claim'>

/** Never throws: a row that cannot even be parked is left to the end of its lease. */
export async function settleDefect(parts: Parts, row: Row, error: unknown): Promise<void> {
  const fields = { tenant: row.tenant, delivery: row.id, flow: row.flow }
  const said = isHubError(error)
    ? { code: error.code, detail: error.message }
    : // The text of a foreign error may quote what somebody wrote.
      { code: 'HUB_DEFECT' as const, detail: 'a defect of the hub; its log has the place' }
  const event = passes(error) ? 'deliver.interrupted' : 'deliver.failed'
  parts.log.error({ ...fields, code: said.code, error: stackOf(error) }, event)
  if (passes(error)) return
  const now = parts.clock.now()
  const parked: DefectRow = {
    tenant: row.tenant,
    id: row.id,
    claim: row.claim,
    last_error: errorOf({ is: 'refused', ...said, status: undefined }, now),
    updated_at: now,
  }
  try {
    await parkDefects(parts.ledger, [parked])
  } catch (failure) {
    parts.log.error({ ...fields, code: 'HUB_DEFECT', error: stackOf(failure) }, 'deliver.not-parked')
  }
}

const stackOf = (error: unknown) => (error instanceof Error ? error.stack : String(error))
