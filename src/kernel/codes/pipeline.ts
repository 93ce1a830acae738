/** Error codes of the pipeline room: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

export const PIPELINE_CODES = {
  PIPELINE_CONNECTION_UNKNOWN: {
    kind: 'invalid',
    status: 404,
    title: 'There is no such connection.',
    remedy: 'See connections.yaml.',
  },
  PIPELINE_REFERENCE_MISSING: {
    kind: 'invalid',
    status: 422,
    title: 'The message refers to something unknown.',
    remedy: 'Send the thing it refers to first, or let the mapping say `missing: wait`.',
  },
  // Not `unreachable`: who loses every race of a batch would take all the others of it along.
  PIPELINE_RACE_LOST: {
    kind: 'refused',
    status: 503,
    title: 'Another process was faster, each time.',
    remedy: 'Ask again, or replay the message; if it stays so, report it.',
  },
  PIPELINE_CHAIN_LONG: {
    kind: 'misconfigured',
    status: 422,
    title: 'Hub flows keep causing each other.',
    remedy: 'Look at the flows named: each writes what another reads. Break the circle, then redrive.',
  },
  PIPELINE_JUDGEMENT_FAILED: {
    kind: 'misconfigured',
    status: 422,
    title: 'An expression of a flow cannot be evaluated.',
    remedy: 'Mend the expression named; the row is parked and nothing was sent or removed.',
  },
  PIPELINE_DELIVERY_UNKNOWN: {
    kind: 'absent',
    status: 404,
    title: 'There is no such delivery.',
    remedy: 'See GET /v1/deliveries.',
  },
  PIPELINE_DELIVERY_UNDERWAY: {
    kind: 'refused',
    status: 503,
    title: 'The call that this is the answer to is still under way.',
    remedy: 'Say it again in a few seconds.',
  },
  PIPELINE_MESSAGE_UNKNOWN: {
    kind: 'absent',
    status: 404,
    title: 'There is no such message.',
    remedy: 'See GET /v1/messages.',
  },
  PIPELINE_ID_UNKNOWN: {
    kind: 'absent',
    status: 404,
    title: 'There is nothing of this id.',
    remedy: 'Ids begin with message_, delivery_ or the kind of a record; a tenant sees its own alone.',
  },
  PIPELINE_EFFECT_DOUBTFUL: {
    kind: 'unknown',
    status: 409,
    title: 'It is not known whether the call arrived.',
    remedy: 'Look at the other system; then release the delivery as done, or send it again.',
  },
  PIPELINE_RESOURCE_UNKNOWN: {
    kind: 'absent',
    status: 404,
    title: 'The connection has no such resource.',
    remedy: 'See `resources` in the connector.yaml of its connector.',
  },
  PIPELINE_MAPPING_UNUSED: {
    kind: 'invalid',
    status: 422,
    title: 'No flow reads messages by this mapping.',
    remedy: 'Name the mapping of an inbound flow, see flows/*.yaml; an `.out` mapping reads records.',
  },
  PIPELINE_MERGE_IMPOSSIBLE: {
    kind: 'invalid',
    status: 422,
    title: 'These two records cannot be one.',
    remedy: 'Name two different records of one kind.',
  },
  PIPELINE_MERGED_ALREADY: {
    kind: 'refused',
    status: 409,
    title: 'The record was merged before.',
    remedy: 'Work with the record that answers for it, or take that merge back first.',
  },
  PIPELINE_MERGE_ABSENT: {
    kind: 'refused',
    status: 409,
    title: 'There is no merge to take back.',
    remedy: 'Name the record that was merged, not the one it was merged into.',
  },
  PIPELINE_MERGE_COVERED: {
    kind: 'refused',
    status: 409,
    title: 'A later merge lies over this one.',
    remedy: 'Take the later merge back first.',
  },
  PIPELINE_PROPOSAL_DECIDED: {
    kind: 'refused',
    status: 409,
    title: 'The proposal was decided before.',
    remedy: 'Merge the records, or take their merge back, by their ids.',
  },
  PIPELINE_RECORD_ERASED: {
    kind: 'absent',
    status: 410,
    title: 'The record was erased.',
    remedy: 'Nothing to do: what was erased does not come back.',
  },
  PIPELINE_RECORD_BUSY: {
    kind: 'throttled',
    status: 409,
    title: 'A call about the record is under way.',
    remedy: 'Try again in a moment; the call will end by itself.',
  },
  PIPELINE_MESSAGE_ERASED: {
    kind: 'refused',
    status: 409,
    title: 'The message was erased with its person.',
    remedy: 'Nothing to do: what was erased cannot be folded again.',
  },
  PIPELINE_DELIVERY_BUSY: {
    kind: 'throttled',
    status: 409,
    title: 'The delivery is at work now.',
    remedy: 'Look again in a moment; what it is doing will end by itself.',
  },
  PIPELINE_DELIVERY_ONCE: {
    kind: 'refused',
    status: 409,
    title: 'The delivery may happen only once, and it did.',
    remedy: 'Nothing to do; a flow without `once` repeats.',
  },
  PIPELINE_DELIVERY_SETTLED: {
    kind: 'refused',
    status: 409,
    title: 'There is nothing left to cancel.',
    remedy: 'The delivery rests already; see its state.',
  },
  PIPELINE_EFFECT_CERTAIN: {
    kind: 'refused',
    status: 409,
    title: 'No call of this delivery is in doubt.',
    remedy: 'Release is the answer to an unknown end; use redrive to deliver again.',
  },
  PIPELINE_RELEASE_ID_MISSING: {
    kind: 'invalid',
    status: 422,
    title: 'The thing that was made has an id over there.',
    remedy: 'Send it as external_id, so that later changes find it.',
  },
  PIPELINE_KEY_SCOPE_INVALID: {
    kind: 'invalid',
    status: 422,
    title: 'The key cannot be made with these scopes.',
    remedy: 'A key that writes records names its connection; nobody gives scopes away that they do not have.',
  },
} as const satisfies CodeTable
