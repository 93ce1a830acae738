/** References in what comes in (`of:` of `.in` mappings): each must lead to one system, and a resource, that is there. */
import { isObject } from '../../../kernel/json.js'
import { didYouMean } from '../../../mapping/suggest.js'
import type { PlannedConnection } from '../connections.js'
import { referredKind } from '../kinds.js'
import { connectionNamed, UNCLEAR } from '../place-of.js'
import type { InFlow } from '../types.js'
import type { AllFlows, Check } from './check.js'

export const findLostReferences: Check = all => {
  if (!all.ends) return
  for (const built of all.flows) {
    if (!('in' in built)) continue
    const { list, at } = built.source
    for (const system of systemsOf(built.in, all))
      if (connectionOf(system, built.in.connection, all) === UNCLEAR)
        list.add(
          'CONFIG_REFERENCE_UNCLEAR',
          [...at, 'mapping'],
          `\`of: ${system}.…\` in ${built.in.mapping.name} may be any of ${ofConnector(system, all).join(', ')}`,
        )
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

/** What stands before the dot of every `of:`, in `refs` and in the rules of fields alike. */
function systemsOf({ mapping }: InFlow, { catalog }: AllFlows): readonly string[] {
  const value = catalog.source(mapping.name)?.yaml.value
  const found = new Set<string>()
  const walk = (node: unknown): void => {
    if (Array.isArray(node)) node.forEach(walk)
    if (!isObject(node)) return
    const of = node['of']
    if (typeof of === 'string') found.add(of.split('.')[0] ?? of)
    Object.values(node).forEach(walk)
  }
  if (isObject(value)) for (const part of [value['refs'], value['fields'], value['identity']]) walk(part)
  return [...found]
}

function mistake(field: string, of: string | undefined, flow: InFlow, all: AllFlows): string | undefined {
  const [system, resource] = of?.split('.') ?? []
  const connection = system === undefined ? flow.connection : connectionOf(system, flow.connection, all)
  if (connection === UNCLEAR) return undefined
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

function connectionOf(system: string, speaking: string, { connections }: AllFlows): string | undefined {
  const named = (one: PlannedConnection) => ({ name: one.name, connector: one.connectorName })
  const own = connections.get(speaking)
  const found = connectionNamed(system, own && named(own), [...connections.values()].map(named))
  return found === UNCLEAR ? UNCLEAR : found?.name
}

const ofConnector = (system: string, { connections }: AllFlows) =>
  [...connections.values()].filter(one => one.connectorName === system).map(({ name }) => name)
