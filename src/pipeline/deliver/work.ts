/** One claimed row with everything its work needs. */
import type { Claimed } from '../../ledger/claim-due.js'
import type { TenantConfig, VendorFlow } from '../config/types.js'
import type { Parts } from '../parts.js'
import type { LoadedRows } from './load-rows.js'

export interface Work {
  readonly parts: Parts
  readonly config: TenantConfig
  readonly flow: VendorFlow
  readonly row: Claimed
  /** The thing the row had, which died with the one it was inside of: what is made now takes its place. */
  readonly orphan?: string | undefined
  readonly loaded: LoadedRows
}
