/**
 * What an accepted call teaches: the hub told that system something (its image moves), and what it answered is
 * news about this very record (`answer:`).
 */
import { isHubError } from '../../kernel/errors.js'
import { newId } from '../../kernel/ids.js'
import type { Json } from '../../kernel/json.js'
import type { MessageRow } from '../../ledger/schema.js'
import type { InMapping, Said } from '../../mapping/types.js'
import { inboundKey } from '../config/types.js'
import type { FoldInput } from '../fold/types.js'
import type { Driven } from './drive-effect.js'
import type { Work } from './work.js'

export function acceptedInputs(
  work: Work,
  driven: Driven,
  externalId: string | undefined,
): { inputs: FoldInput[]; answers: MessageRow[] } {
  if (driven.to !== 'accepted' || externalId === undefined) return { inputs: [], answers: [] }
  const { flow, config, parts, row } = work
  const inputs: FoldInput[] = []
  const answers: MessageRow[] = []
  const now = parts.clock.now()
  const base = {
    item: 0,
    connection: flow.connection,
    resource: flow.resource,
    kind: flow.kind,
    record: row.record,
    externalId,
    unknown: 'ignore' as const,
    receivedAt: now,
    sentAt: driven.appliedAt,
    cause: { by: 'delivery', id: row.id, depth: 0 },
  }
  for (const back of config.inbound.get(inboundKey(flow.connection, flow.resource)) ?? []) {
    if (back.kind !== flow.kind) continue
    const said = readQuietly(work, back.mapping, driven.memo.progress.body)
    if (!said) continue
    // When the call began: before the vendor's own stamp of our write, so that its echo finds this image.
    const at = driven.appliedAt
    inputs.push({
      ...base,
      flow: back.id,
      message: undefined,
      mapping: back.mapping.version,
      told: true,
      said: { ...said, occurredAt: at, sequence: undefined, gone: undefined },
    })
  }
  if (flow.answer && driven.answer !== undefined) {
    const message: MessageRow = {
      tenant: config.tenant,
      id: newId('message', parts.clock),
      connection: flow.connection,
      source: 'answer',
      resource: flow.resource,
      received_at: now,
      sent_at: driven.appliedAt,
      head: { delivery: row.id },
      body: JSON.stringify(driven.answer),
      state: 'folded',
      verdicts: [],
      tries: 0,
    }
    answers.push(message)
    const said = readQuietly(work, flow.answer, driven.answer)
    if (said)
      inputs.push({
        ...base,
        flow: flow.id,
        message: message.id,
        mapping: flow.answer.version,
        told: false,
        said,
      })
  }
  return { inputs, answers }
}

/** A body that the way back cannot read says nothing about the image; that is known, logged, and no reason to fail. */
function readQuietly(work: Work, mapping: InMapping, body: Json): Said | undefined {
  try {
    const read = mapping.read(body, {
      settings: work.config.connections.get(work.flow.connection)?.settings ?? {},
    })
    return read.verdict === 'said' ? read : undefined
  } catch (error) {
    if (!isHubError(error) || error.kind !== 'invalid') throw error
    work.parts.log.debug(
      { mapping: mapping.name, code: error.code, path: error.where?.path },
      'deliver.not-read-back',
    )
    return undefined
  }
}
