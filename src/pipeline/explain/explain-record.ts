/** The life of a record: who knows it, what was said, how it changed, and what each system was told. */
import { changesOf, deliveriesOfRecord, sayingsAbout } from '../../ledger/find-life.js'
import { linksOfRecords } from '../../ledger/find-links.js'
import { listMessages } from '../../ledger/list-messages.js'
import { mergesOf } from '../../ledger/merge-records.js'
import type { LinkRow, RecordRow } from '../../ledger/schema.js'
import { deliverySteps, nextOf } from './explain-delivery.js'
import {
  type ExplainMeans,
  inOrder,
  iso,
  type Life,
  type LifeStep,
  MOST_STEPS,
  plural,
  some,
} from './life.js'
import { mergeSteps } from './merge-steps.js'
import { messageSteps } from './message-steps.js'
import { changeStep, sayingStep } from './steps.js'

export async function explainRecord(means: ExplainMeans, record: RecordRow): Promise<Life> {
  const { ledger } = means
  const { tenant, id } = record
  const [links, changes, deliveries, merges, messages] = await Promise.all([
    linksOfRecords(ledger, tenant, [id]),
    changesOf(ledger, tenant, [id], MOST_STEPS),
    deliveriesOfRecord(ledger, tenant, id, 200),
    mergesOf(ledger, tenant, id),
    listMessages(ledger, tenant, { record: id, limit: MOST_STEPS }),
  ])
  const sayings = await sayingsAbout(
    ledger,
    tenant,
    links.map(link => link.id),
    MOST_STEPS,
  )
  const nameOf = new Map(links.map(link => [link.id, `${link.connection}.${link.resource}`]))
  const said = sayings.map(saying => {
    const step = sayingStep(saying.at, saying)
    const who = nameOf.get(saying.link) ?? saying.link
    const by = saying.message === null ? '' : ` (${saying.message})`
    return {
      ...step,
      text: saying.told
        ? `the hub told ${who}: ${some(Object.keys(saying.say))}`
        : `${who} ${step.text}${by}`,
    }
  })
  const steps = [
    ...links.map(linkStep),
    ...messageSteps(new Set([id, ...merges.map(({ merged }) => merged)]), messages.toReversed()),
    ...said,
    ...changes.map(changeStep),
    ...(await deliverySteps(means, deliveries)),
    ...findingSteps(record),
    ...mergeSteps(id, merges),
  ]
  const next = await nextOf(
    means,
    deliveries.filter(
      row => row.due_at !== null || row.open || row.state === 'parked' || row.state === 'dead',
    ),
  )
  return {
    is: 'record',
    id,
    title: `${record.kind}, version ${record.version}${record.gone ? ', gone' : ''}${
      record.was_merged_into === null ? '' : `, merged into ${record.was_merged_into}`
    }${record.erased_at === null ? '' : `, erased since ${iso(record.erased_at)}`}, known to ${plural(links.filter(link => link.state === 'active').length, 'system')}`,
    steps: inOrder(steps),
    next:
      next.length > 0
        ? next.map(one => `${one.id} ${one.text}`)
        : [
            record.was_merged_into === null
              ? 'nothing: every delivery of it is at rest'
              : `${record.was_merged_into} answers for it: explain that one`,
          ],
  }
}

function linkStep(link: LinkRow): LifeStep {
  return {
    is: 'link',
    at: link.created_at,
    id: link.id,
    text: `known to ${link.connection}.${link.resource} as ${link.external_id}${link.state === 'active' ? '' : ` (${link.state})`}${
      link.delivery === null ? '' : `, made by ${link.delivery}`
    }`,
    facts: {
      connection: link.connection,
      resource: link.resource,
      external_id: link.external_id,
      state: link.state,
      delivery: link.delivery,
    },
  }
}

/** Findings of the law: moves that a state machine refused. */
function findingSteps(record: RecordRow): LifeStep[] {
  const findings = Array.isArray(record.findings) ? record.findings : []
  return findings.flatMap(finding => {
    if (typeof finding !== 'object' || finding === null || Array.isArray(finding)) return []
    const { at, code, path, from, to } = finding as Readonly<Record<string, unknown>>
    return [
      {
        is: 'finding' as const,
        at: typeof at === 'number' ? at : record.updated_at,
        id: record.id,
        text: `${String(code)}: ${String(path)} cannot go from ${String(from)} to ${String(to)}; skipped`,
        facts: { ...finding, at: typeof at === 'number' ? iso(at) : null },
      },
    ]
  })
}
