/** Hub flows that feed each other: what one writes wakes the next, back to the first. */
import { withoutKeys } from '../../../model/leaves.js'
import type { FlowSource } from '../flow-source.js'
import { kindAtEnd } from '../kinds.js'
import type { HubFlow } from '../types.js'
import type { Check } from './check.js'

interface Node {
  readonly source: FlowSource
  readonly flow: HubFlow
}

export const findCircles: Check = ({ flows }) => {
  const nodes = flows.flatMap((built): Node[] =>
    'out' in built && built.out.to === 'hub' ? [{ source: built.source, flow: built.out }] : [],
  )
  const told = new Set<Node>()
  for (const node of nodes) {
    if (told.has(node)) continue
    const circle = circleFrom(node, nodes)
    if (!circle) continue
    for (const member of circle) told.add(member)
    const way = [...circle, node].map(({ flow }) => flow.id).join(' → ')
    const message = `what it writes wakes it again: ${way}`
    node.source.list.add('CONFIG_FLOW_CIRCLE', [...node.source.at, 'flow'], message)
  }
}

/** The shortest way from a flow back to itself. */
function circleFrom(start: Node, nodes: readonly Node[]): readonly Node[] | undefined {
  const seen = new Set<Node>()
  let ways: (readonly Node[])[] = [[start]]
  while (ways.length > 0) {
    const longer: (readonly Node[])[] = []
    for (const way of ways) {
      const last = way.at(-1)
      for (const next of nodes) {
        if (!last || !wakes(last.flow, next.flow)) continue
        if (next === start) return way
        if (seen.has(next)) continue
        seen.add(next)
        longer.push([...way, next])
      }
    }
    ways = longer
  }
  return undefined
}

function wakes(writer: HubFlow, reader: HubFlow): boolean {
  return reader.reads.some(
    ({ via, path }) =>
      kindAtEnd(reader.kind, via) === writer.resource &&
      writer.mapping.writes.some(written => overlap(path, withoutKeys(written))),
  )
}

const overlap = (read: string, written: string) =>
  read === '' || read === written || written.startsWith(`${read}.`) || read.startsWith(`${written}.`)
