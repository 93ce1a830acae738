/**
 * A record that a system told us of has a link there before any delivery made one: its row updates that very thing
 * and never makes a second. Of several the eldest is kept up to date.
 */
import type { Claimed } from '../../ledger/claim-due.js'
import type { VendorFlow } from '../config/types.js'
import type { LoadedRows } from './load-rows.js'

/** The row with the external id of its record's link; rows per entry, per key or per change have things of their own. */
export function linkedRow(flow: VendorFlow, row: Claimed, { links }: LoadedRows): Claimed {
  if (row.external_id !== null || flow.each || flow.once || flow.everyChange) return row
  let eldest: { readonly external_id: string; readonly created_at: number } | undefined
  for (const link of links.get(row.record) ?? []) {
    const fits =
      link.connection === flow.connection &&
      link.resource === flow.resource &&
      link.kind === flow.kind &&
      link.state === 'active'
    if (fits && (!eldest || link.created_at < eldest.created_at)) eldest = link
  }
  return eldest ? { ...row, external_id: eldest.external_id } : row
}
