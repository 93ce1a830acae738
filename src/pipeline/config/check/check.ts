/** What a check of all flows together is given; each check is a small file, named in checks.ts. */
import type { Catalog } from '../catalog.js'
import type { BuiltFlow } from '../compile-flows.js'
import type { Connections, FoundEnd } from '../flow-ends.js'
import type { FlowEnds, FlowSource } from '../flow-source.js'
import type { OutFlow, TenantConfig, VendorFlow } from '../types.js'

export interface AllFlows {
  readonly flows: readonly BuiltFlow[]
  /** Where all flows lead, those with a problem too; undefined where even that is not known of one. */
  readonly ends: readonly FlowEnds[] | undefined
  readonly connections: Connections
  readonly catalog: Catalog
  readonly resourceOf: TenantConfig['resourceOf']
}

/** Adds what it finds to the lists of the flows' files. */
export type Check = (all: AllFlows) => void

export interface VendorBuilt {
  readonly source: FlowSource
  readonly end: FoundEnd
  readonly flow: VendorFlow
}

export function vendorFlows({ flows }: AllFlows): VendorBuilt[] {
  return flows.flatMap(built =>
    'out' in built && built.out.to === 'vendor' && built.end
      ? [{ source: built.source, end: built.end, flow: built.out }]
      : [],
  )
}

/** One row per record: neither per entry, nor per key, nor per change. */
export const isPlain = ({ each, once, everyChange }: OutFlow): boolean => !each && !once && !everyChange
