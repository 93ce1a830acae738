/** What the verbs of an operator work with: the parts over an open ledger and, where one runs, the pipeline. */
import type { TenantConfig } from '../../pipeline/config/types.js'
import type { Parts } from '../../pipeline/parts.js'
import type { Pipeline } from '../../pipeline/run.js'
import type { Disk } from './disk.js'

export interface OperatorMeans {
  readonly parts: Parts
  /** Undefined where only the ledger was opened. */
  readonly pipeline: Pipeline | undefined
  /** A tenant's folder, where it can be read; for names in explanations. */
  config(tenant: string): Promise<TenantConfig | undefined>
  /** Folders as they are on disk now, whatever the hub runs on. */
  readonly disk: Disk
}
