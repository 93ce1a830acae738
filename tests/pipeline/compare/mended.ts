/** A hub whose candidates of one system come by a named mapping, and the same configuration with that mapping mended. */
import { HubError } from '../../../src/kernel/errors.js'
import type { Json, JsonObject } from '../../../src/kernel/json.js'
import type { Ledger } from '../../../src/ledger/engine/types.js'
import { messages } from '../../../src/ledger/schema.js'
import { selectRows } from '../../../src/ledger/table.js'
import type { Said } from '../../../src/mapping/types.js'
import { type InFlow, inboundKey, type TenantConfig } from '../../../src/pipeline/config/types.js'
import { configOf, inMapping, type Rig, rig } from '../rig.js'
import { TENANT } from '../support.js'

export const NAME = 'ehr/candidate.in'

type Read = (said: Said) => Partial<Said>
export const asSaid: Read = said => said
export const withFields =
  (change: (fields: JsonObject) => JsonObject): Read =>
  said => ({ ...said, fields: change(said.fields) })

export const refuses =
  (name: Json): Read =>
  said => {
    if (said.fields['name'] !== name) return said
    throw new HubError('MAPPING_VALUE_UNKNOWN', {
      detail: 'no such value',
      where: { file: 'mappings/ehr/candidate.in.yaml', line: 7, column: 3, path: 'name' },
    })
  }

const flowWith = (read: Read, version: string, connection = 'ehr'): InFlow => ({
  id: `candidate-from-${connection}`,
  connection,
  resource: 'candidate',
  kind: 'candidate',
  mapping: { ...inMapping('candidate', read as never), name: NAME, version, unknown: 'create' },
})

/** @param ranks authority of each system */
export function mendedRig(ledger: Ledger, read: Read = asSaid, ranks: Readonly<Record<string, number>> = {}) {
  const base: TenantConfig = { ...configOf([], [], []), rank: connection => ranks[connection] ?? 0 }
  const inbound = new Map([[inboundKey('ehr', 'candidate'), [flowWith(read, 'v1')]]])
  const hub = rig(ledger, { ...base, inbound })
  const config = hub.parts.config(TENANT)
  return {
    hub,
    /** As the folder is on disk after a mend. */
    mended: (by: Read): TenantConfig => ({
      ...config,
      inbound: new Map([...config.inbound, [inboundKey('ehr', 'candidate'), [flowWith(by, 'v2')]]]),
    }),
    /** The running hub takes the mend up. */
    take: (by: Read) =>
      (config.inbound as Map<string, readonly InFlow[]>).set(inboundKey('ehr', 'candidate'), [
        flowWith(by, 'v2'),
      ]),
  }
}

/** Everything a comparison could have touched. */
export async function everything({ ledger }: Pick<Rig, 'ledger'>): Promise<unknown> {
  const tables = [
    'messages',
    'sayings',
    'records',
    'links',
    'changes',
    'identity_keys',
    'deliveries',
    'waits',
  ]
  const found: unknown[] = []
  for (const table of tables)
    found.push(
      (await ledger.query(`select to_jsonb(t) as row from hrhub.${table} t order by to_jsonb(t)::text`)).rows,
    )
  return found
}

export const messageIds = async ({ ledger }: Pick<Rig, 'ledger'>) =>
  (await selectRows(ledger, messages, 'where t.tenant = $1 order by t.id', [TENANT])).map(row => row.id)
