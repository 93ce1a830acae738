/** Flows that wait for ids in the target system (`missing: wait`) which no flow could ever bring. */
import { externalKind } from '../externals.js'
import { type AllFlows, type Check, vendorFlows } from './check.js'

export const findUnfilledLinks: Check = all => {
  for (const { source, flow } of vendorFlows(all)) {
    for (const { of, resource, missing } of flow.mapping.externals) {
      if (missing !== 'wait') continue
      const kind = externalKind(of, flow.mapping, flow.kind, flow.each?.list)
      if (kind === undefined) continue
      const wanted = resource ?? all.resourceOf(flow.connection, kind)
      if (wanted !== undefined && isFilled(all, flow.connection, wanted, kind)) continue
      const where = `${flow.connection}.${wanted ?? '?'}`
      const message = `\`external: ${of}\` waits for the id of a ${kind} in ${where}; no flow sends or takes one there`
      source.list.add('CONFIG_LINK_UNFILLED', [...source.at, 'mapping'], message)
    }
  }
}

function isFilled({ flows }: AllFlows, connection: string, resource: string, kind: string): boolean {
  return flows.some(built => {
    const flow = 'in' in built ? built.in : built.out
    return flow.connection === connection && flow.resource === resource && flow.kind === kind
  })
}
