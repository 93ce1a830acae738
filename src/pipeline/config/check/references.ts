/** References in what comes in (`refs:` of `.in` mappings): each must lead to a system, and a resource, that is there. */
import { isObject } from '../../../kernel/json.js'
import { didYouMean } from '../../../mapping/suggest.js'
import type { PlannedConnection } from '../connections.js'
import { referredKind } from '../kinds.js'
import type { InFlow } from '../types.js'
import type { AllFlows, Check } from './check.js'

export const findLostReferences: Check = all => {
  if (!all.ends) return
  for (const built of all.flows) {
    if (!('in' in built)) continue
    const { list, at } = built.source
    for (const [field, of] of referencesOf(built.in, all)) {
      const wrong = mistake(field, of, built.in, all)
      if (wrong) list.add('CONFIG_LINK_UNFILLED', [...at, 'mapping'], wrong, { severity: 'warning' })
    }
  }
}

/** Reference fields and the `connector.resource` they name, of those that wait for what they refer to. */
function referencesOf({ mapping }: InFlow, { catalog }: AllFlows): [string, string | undefined][] {
  const value = catalog.source(mapping.name)?.yaml.value
  const refs = isObject(value) ? value['refs'] : undefined
  return Object.entries(isObject(refs) ? refs : {}).flatMap(
    ([field, rule]): [string, string | undefined][] => {
      const words = isObject(rule) ? rule : {}
      if ((words['missing'] ?? 'wait') !== 'wait') return []
      return [[field, typeof words['of'] === 'string' ? words['of'] : undefined]]
    },
  )
}

function mistake(field: string, of: string | undefined, flow: InFlow, all: AllFlows): string | undefined {
  const [system, resource] = of?.split('.') ?? []
  const connection = system === undefined ? flow.connection : connectionOf(system, flow.connection, all)
  if (connection === undefined) return `\`refs.${field}\` leads to ${of}; no connection has that connector`
  if (resource !== undefined) {
    const known = Object.keys(
      all.connections.get(connection)?.connector?.resources ?? { [resource]: undefined },
    )
    if (known.includes(resource)) return undefined
    return `\`refs.${field}\` leads to ${of}, which is not there${didYouMean(resource, known)}`
  }
  const kind = referredKind(flow.kind, field)
  if (kind === undefined || all.resourceOf(connection, kind) !== undefined) return undefined
  return `\`refs.${field}\` waits for a ${kind} of ${connection}; no flow takes one from there or sends one there`
}

/** As the fold looks for it: the speaking connection where it fits, else the first of that connector or name. */
function connectionOf(system: string, speaking: string, { connections }: AllFlows): string | undefined {
  const fits = (one: PlannedConnection | undefined) => one?.connectorName === system || one?.name === system
  if (fits(connections.get(speaking))) return speaking
  return [...connections.values()].find(fits)?.name
}
