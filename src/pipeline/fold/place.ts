/** Finds the record that each input of a batch is about, and the records it refers to; what cannot be found yet waits. */
import { type HubError, isHubError } from '../../kernel/errors.js'
import type { JsonObject } from '../../kernel/json.js'
import type { Verdict } from '../../ledger/schema.js'
import { checkSaying } from './apply.js'
import { type Located, locate } from './locate.js'
import { OF_A_PERSON } from './record-refs.js'
import { isReference, missingReference, settleReferences } from './references.js'
import { type FoldInput, waitForLink } from './types.js'
import { findLink, makeLink, makeRecord, placeOf, type World } from './world.js'

export interface Placed {
  readonly input: FoldInput
  readonly located: Located & { readonly at: 'record' }
  readonly fields: JsonObject
}

export type Outcome = {
  readonly verdict: Verdict['verdict']
  readonly record?: string
  readonly error?: HubError
}

/** Finds each input its record and its references; those made by a later input of the batch are found in a second round. */
export function place(
  world: World,
  inputs: readonly FoldInput[],
  outcomes: Map<FoldInput, Outcome>,
  waits: { what: string; message: string | undefined }[],
): Placed[] {
  const placed: Placed[] = []
  let open = [...inputs]
  for (let made = -1; open.length > 0 && made !== world.newLinks.size; ) {
    made = world.newLinks.size
    const later: FoldInput[] = []
    for (const input of open) {
      const found = placeOne(world, input, outcomes)
      if (found && 'located' in found) placed.push(found)
      else if (found) later.push(input)
    }
    open = later
  }
  for (const input of open) {
    const found = placeOne(world, input, outcomes)
    if (!found || 'located' in found) continue
    for (const what of found.waits) waits.push({ what, message: input.message })
    outcomes.set(input, { verdict: 'waiting' })
  }
  const order = new Map(inputs.map((input, index) => [input, index]))
  return placed.sort((a, b) => (order.get(a.input) ?? 0) - (order.get(b.input) ?? 0))
}

function placeOne(
  world: World,
  input: FoldInput,
  outcomes: Map<FoldInput, Outcome>,
): Placed | { readonly waits: readonly string[] } | undefined {
  const known = new Set(world.newLinks.keys())
  try {
    const settled = settleReferences(input.said.fields, reference => {
      const { id, kind, missing } = reference.$reference
      const at = placeOf(world.config, reference, input.connection)
      const link = at && findLink(world, { ...at, externalId: id, kind })
      if (link) return { record: link.record }
      if (missing === 'ignore') return 'ignore'
      if (missing === 'refuse' || !at) throw missingReference(reference)
      if (missing === 'wait') return { waits: waitForLink(at.connection, at.resource, kind, id) }
      const record = makeRecord(world, kind)
      makeLink(world, { ...at, externalId: id, kind }, record)
      return { record }
    })
    if (aboutErased(world, input)) {
      outcomes.set(input, { verdict: 'erased' })
      return undefined
    }
    if (settled.waits.length > 0) return { waits: settled.waits }
    // Before anything is made for it: what its kind refuses must not leave an empty record behind.
    checkSaying(input, settled.fields)
    const located = locate(world, input)
    if (located.at === 'waits') return { waits: [located.what] }
    if (located.at === 'record') return { input, located, fields: settled.fields }
    outcomes.set(input, { verdict: located.because === 'erased' ? 'erased' : 'ignored' })
  } catch (error) {
    if (!isHubError(error) || error.kind !== 'invalid') throw error
    for (const [key, link] of world.newLinks)
      if (!known.has(key)) {
        world.newLinks.delete(key)
        world.newRecords.delete(link.record)
      }
    outcomes.set(input, { verdict: 'invalid', error })
  }
  return undefined
}

/** A new application of an erased candidate is about nobody: it goes the way of what was there. */
function aboutErased(world: World, { said, connection }: FoldInput): boolean {
  return Object.values(said.fields).some(value => {
    if (!isReference(value) || !OF_A_PERSON.has(value.$reference.kind)) return false
    const at = placeOf(world.config, value, connection)
    const { id, kind } = value.$reference
    return at !== undefined && findLink(world, { ...at, externalId: id, kind })?.state === 'erased'
  })
}
