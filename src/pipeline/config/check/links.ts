/** Flows that wait for ids in the target system (`missing: wait`) which no flow could ever bring. */
import { externalKind } from '../externals.js'
import type { FlowEnds } from '../flow-source.js'
import { type Check, vendorFlows } from './check.js'

export const findUnfilledLinks: Check = all => {
  if (!all.ends) return
  for (const { source, flow } of vendorFlows(all)) {
    for (const { of, resource, missing } of flow.mapping.externals) {
      if (missing !== 'wait') continue
      const kind = externalKind(of, flow.mapping, flow.kind, flow.each?.list)
      if (kind === undefined) continue
      const wanted = resource ?? all.resourceOf(flow.connection, kind)
      if (isFilled(all.ends, flow.connection, wanted, kind)) continue
      const where = `${flow.connection}.${wanted ?? '?'}`
      const message = `\`external: ${of}\` waits for the id of a ${kind} in ${where}; no flow sends or takes one there`
      source.list.add('CONFIG_LINK_UNFILLED', [...source.at, 'mapping'], message)
    }
  }
}

/** @param resource undefined = any that holds the kind */
function isFilled(
  ends: readonly FlowEnds[],
  connection: string,
  resource: string | undefined,
  kind: string,
): boolean {
  return ends.some(end => {
    if (end.leads === 'hub' || end.kind !== kind) return false
    const system = end.leads === 'in' ? end.from : end.to
    return system.connection === connection && (resource === undefined || system.resource === resource)
  })
}
