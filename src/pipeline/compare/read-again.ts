/**
 * Stored messages read again through the flows of a scope and placed as a fold would place them: which record each
 * item would be about and what it would say. Nothing is locked, fetched or written.
 */
import type { Tx } from '../../ledger/engine/types.js'
import type { LinkHead, MessageRow, SayingRow, Verdict } from '../../ledger/schema.js'
import { KINDS } from '../../model/kinds.js'
import { lawOf } from '../../model/reduce.js'
import { type Saying, sayingId } from '../../model/saying.js'
import type { TenantConfig } from '../config/types.js'
import { sayingOf } from '../fold/apply.js'
import { type Outcome, place } from '../fold/place.js'
import { readMessage } from '../fold/read-message.js'
import type { FoldInput } from '../fold/types.js'
import { openWorld, type World } from '../fold/world.js'
import type { Parts } from '../parts.js'
import type { Scope } from './scope.js'

export interface SaidAgain {
  readonly message: string
  readonly record: string
  readonly link: LinkHead
  readonly id: string
  readonly saying: Saying
}

export interface ReadAgain {
  readonly world: World
  readonly said: readonly SaidAgain[]
  /** Of the scope's flows, by message. */
  readonly verdicts: ReadonlyMap<string, readonly Verdict[]>
  /** Items whose thing takes no news any more (retired, erased), by `itemKey`: no mapping decides about them. */
  readonly closed: ReadonlySet<string>
}

export const itemKey = (message: string, { item, flow }: Pick<Verdict, 'item' | 'flow'>) =>
  `${message}\n${item}\n${flow}`

type Means = Pick<Parts, 'clock' | 'sealer'>

export async function readAgain(
  tx: Tx,
  { clock, sealer }: Means,
  config: TenantConfig,
  scope: Scope,
  messages: readonly MessageRow[],
): Promise<ReadAgain> {
  const flows = new Set(scope.flows.map(flow => flow.id))
  const verdicts = new Map<string, Verdict[]>()
  const inputs: FoldInput[] = []
  for (const message of messages) {
    const read = readMessage(config, message)
    // Also what no flow took or nobody could split: a changed flow or connector shows there.
    verdicts.set(
      message.id,
      read.verdicts.filter(verdict => verdict.flow === '' || flows.has(verdict.flow)),
    )
    inputs.push(...read.inputs.filter(input => flows.has(input.flow)))
  }
  const world = await openWorld(tx, config, clock, inputs, sealer)
  const outcomes = new Map<FoldInput, Outcome>()
  const placed = place(world, inputs, outcomes, [])
  for (const { input } of placed) outcomes.set(input, { verdict: 'folded' })
  const closed = new Set<string>()
  for (const [input, outcome] of outcomes) {
    const { error, verdict } = outcome
    if (verdict === 'ignored' || verdict === 'erased') closed.add(itemKey(input.message ?? '', input))
    verdicts.get(input.message ?? '')?.push({
      item: input.item,
      flow: input.flow,
      verdict,
      ...(error
        ? { code: error.code, detail: error.message, ...(error.where ? { where: error.where } : {}) }
        : {}),
    })
  }
  const said = placed.flatMap(({ input, located, fields }): SaidAgain[] => {
    const definition = KINDS.get(input.kind)
    if (!definition || input.message === undefined) return []
    const saying = sayingOf(lawOf(definition), input, located.link.id, fields)
    const { record, link } = located
    return [{ message: input.message, record, link, id: sayingId(saying), saying }]
  })
  return { world, said, verdicts, closed }
}

export const keyOfSaying = ({ link, id }: Pick<SayingRow, 'link' | 'id'>) => `${link}\n${id}`
