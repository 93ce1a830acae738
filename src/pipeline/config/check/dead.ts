/** Flows whose resource lacks the ability: nothing would ever come in, go out, or go away. */
import type { AllFlows, Check, VendorBuilt } from './check.js'
import { vendorFlows } from './check.js'

export const findDead: Check = all => {
  const sending = vendorFlows(all)
  for (const built of all.flows) {
    if (!('in' in built)) continue
    const { connection, resource, kind } = built.in
    const { callback, poll, read } = built.end.ability
    if (callback || poll || read) continue
    // Reads back what the hub sent there.
    if (
      sending.some(
        ({ flow }) => flow.connection === connection && flow.resource === resource && flow.kind === kind,
      )
    )
      continue
    const { list, at } = built.source
    const message = `${connection}.${resource} says nothing: no callback, no poll, no read`
    list.add('CONFIG_FLOW_DEAD', [...at, 'from'], message, { severity: 'warning' })
  }
  for (const built of sending) {
    const because = outbound(built, all)
    const { list, at } = built.source
    if (because) list.add('CONFIG_FLOW_DEAD', [...at, because[0]], because[1], { severity: 'warning' })
  }
}

function outbound({ flow, end, source }: VendorBuilt, all: AllFlows): [string, string] | undefined {
  const { slots, lookup } = end.ability
  const name = `${flow.connection}.${flow.resource}`
  if (!slots.create && !slots.put && !lookup) {
    if (!slots.update && !slots.delete)
      return ['to', `${name} can be told nothing: no create, put, update, lookup`]
    if (!takesIn(flow, all))
      return ['to', `${name} can only be updated, and no flow from it makes the ${flow.kind} known`]
  }
  if (source.entry.remove_when !== undefined && !slots.delete)
    return ['remove_when', `${name} has no delete: nothing is ever removed there`]
  if (flow.replaceWhen.length > 0 && !(slots.delete && slots.create))
    return ['replace_when', `${name} cannot be deleted and created anew`]
  return undefined
}

function takesIn({ connection, resource, kind }: VendorBuilt['flow'], { ends }: AllFlows): boolean {
  return (
    ends === undefined ||
    ends.some(
      end =>
        end.leads === 'in' &&
        end.kind === kind &&
        end.from.connection === connection &&
        end.from.resource === resource,
    )
  )
}
