/** Which flows a change touches, on the record itself or on one that refers to it, by the paths that flows read. */
import type { Querying } from '../../ledger/engine/types.js'
import { referringTo } from '../../ledger/find-referring.js'
import { withoutKeys } from '../../model/leaves.js'
import type { OutFlow, TenantConfig } from '../config/types.js'
import type { ChangedRecord, Contest } from '../fold/types.js'

export interface Touched {
  readonly flow: OutFlow
  readonly record: string
  readonly seq: number
  /** The system said something else: what it holds is not what we think. */
  readonly assert: boolean
}

/** A read of `schedule.start` is touched by a change of `schedule`, and the other way round. */
export function meets(read: string, changed: string): boolean {
  if (read === '' || changed === '$new' || changed === '$gone') return true
  const path = withoutKeys(changed)
  return path === read || path.startsWith(`${read}.`) || read.startsWith(`${path}.`)
}

export async function affectedBy(
  tx: Querying,
  config: TenantConfig,
  changed: readonly ChangedRecord[],
): Promise<Touched[]> {
  const touched = new Map<string, Touched>()
  const touch = (flow: OutFlow, record: string, seq: number) => {
    // A flow of `every: change` has a row for each.
    const key = flow.everyChange ? `${flow.id}\n${record}\n${seq}` : `${flow.id}\n${record}`
    const known = touched.get(key)
    if (!known || known.seq < seq) touched.set(key, { flow, record, seq, assert: false })
  }
  const back = new Map<
    string,
    { readonly flow: OutFlow; readonly via: readonly string[]; readonly change: ChangedRecord }
  >()
  for (const change of changed) {
    for (const flow of config.outboundOf.get(change.kind) ?? []) {
      const own = flow.reads.filter(read => read.via.length === 0)
      if (change.paths.some(path => own.some(read => meets(read.path, path))))
        touch(flow, change.id, change.seq)
    }
    for (const { flow, read } of config.readersOf.get(change.kind) ?? []) {
      if (!change.paths.some(path => path !== '$new' && meets(read.path, path))) continue
      back.set(`${flow.id}\n${read.via.join('>')}\n${change.id}`, { flow, via: read.via, change })
    }
  }
  for (const { flow, via, change } of back.values()) {
    let level: readonly string[] = [change.id]
    for (const step of [...via].reverse()) level = await referringTo(tx, config.tenant, level, step)
    for (const record of level) touch(flow, record, change.seq)
  }
  return [...touched.values()]
}

/** Flows that send to the connection that contradicted the record, on the path it contradicted. */
export function contradicted(config: TenantConfig, contests: readonly Contest[], seq: number): Touched[] {
  const touched = new Map<string, Touched>()
  for (const { connection, kind, record, path } of contests) {
    for (const flow of config.outboundOf.get(kind) ?? []) {
      if (flow.connection !== connection || flow.once || flow.everyChange) continue
      if (flow.reads.some(read => read.via.length === 0 && read.path !== '' && meets(read.path, path))) {
        touched.set(`${flow.id}\n${record}`, { flow, record, seq, assert: true })
      }
    }
  }
  return [...touched.values()]
}
