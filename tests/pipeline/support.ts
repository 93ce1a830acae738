/** A configuration without connections, for tests of the fold alone, and inputs as a mapping would make them. */
import type { Json, JsonObject } from '../../src/kernel/json.js'
import type { Said } from '../../src/mapping/types.js'
import type { TenantConfig } from '../../src/pipeline/config/types.js'
import type { FoldInput } from '../../src/pipeline/fold/types.js'

export const TENANT = 'default'

export function bareConfig(more: Partial<TenantConfig> = {}): TenantConfig {
  return {
    tenant: TENANT,
    hash: 'test',
    ownershipHash: 'o1',
    connections: new Map(),
    inbound: new Map(),
    outbound: new Map(),
    outboundOf: new Map(),
    readersOf: new Map(),
    externalReadersOf: new Map(),
    rank: () => 0,
    resourceOf: (_connection, kind) => kind,
    ...more,
  }
}

export function input(
  connection: string,
  kind: string,
  id: string,
  at: number | undefined,
  fields: JsonObject,
  more: Partial<Omit<FoldInput, 'said'>> & { said?: Partial<Said> } = {},
): FoldInput {
  const { said, ...rest } = more
  return {
    flow: `${kind}-from-${connection}`,
    message: undefined,
    item: 0,
    connection,
    resource: kind,
    kind,
    mapping: 'm1',
    said: {
      verdict: 'said',
      identity: id,
      identityRef: undefined,
      occurredAt: at === undefined ? undefined : at * 1000,
      sequence: undefined,
      gone: undefined,
      ours: undefined,
      match: {},
      fields,
      skipped: [],
      ...said,
    },
    told: false,
    record: undefined,
    externalId: undefined,
    unknown: 'create',
    receivedAt: 1_800_000_000_000,
    sentAt: undefined,
    cause: { by: 'message', id: undefined, depth: 0 },
    ...rest,
  }
}

export const reference = (
  kind: string,
  id: string,
  missing: 'wait' | 'create' | 'ignore' | 'refuse' = 'wait',
): Json => ({
  $reference: { kind, of: undefined as never, id, missing },
})
