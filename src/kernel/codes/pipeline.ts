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
  PIPELINE_RACE_LOST: {
    kind: 'unreachable',
    status: 503,
    title: 'Another process was faster.',
    remedy: 'Nothing to do: the batch is run again.',
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
} as const satisfies CodeTable
