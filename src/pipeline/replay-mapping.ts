/**
 * Folds again those stored messages that would say something else by the mapping as it is now, page by page behind
 * live traffic. The position is kept in the ledger: a run that was killed goes on where it was.
 */
import { isHubError } from '../kernel/errors.js'
import { newId } from '../kernel/ids.js'
import { isObject, type JsonObject } from '../kernel/json.js'
import { findAnswer } from '../ledger/find-answer.js'
import { claimAnswer, keepAnswer } from '../ledger/kept-answers.js'
import { countMessages } from '../ledger/page-messages.js'
import type { MessageRow } from '../ledger/schema.js'
import { compareMessages } from './compare/compare-messages.js'
import { type Scope, scopeOf } from './compare/scope.js'
import { letLiveGoFirst } from './pace.js'
import type { Parts } from './parts.js'
import type { Receiver } from './receive.js'
import { keyOfOperation, type Operation } from './redrive.js'
import type { Refolder } from './refold.js'
import { replayMessages } from './replay.js'

export interface ReplayMeans {
  readonly parts: Parts
  readonly refolder: Refolder
  readonly receiver: Pick<Receiver, 'load'>
  /** The process stops: the run ends between two portions, and its position stays. */
  readonly signal?: AbortSignal | undefined
}

export interface ReplayWords {
  readonly mapping: string
  readonly connection?: string | undefined
  /** Milliseconds since the epoch, of the messages' arrival. */
  readonly since: number
}

export interface ReplayStep {
  /** Version of the mapping that the hub runs. */
  readonly version: string
  /** Messages that can have gone through the mapping. */
  readonly total: number
  /** Of them looked at and folded again, by this run and by the one it goes on from. */
  readonly scanned: number
  readonly replayed: number
  readonly done: boolean
  /** Messages that were looked at before this step: by the run itself, or by one that was cut short. */
  readonly before: number
  /** What this step folded. */
  readonly messages: readonly Pick<MessageRow, 'id' | 'state' | 'verdicts'>[]
}

interface Position {
  readonly after: string
  readonly scanned: number
  readonly replayed: number
  readonly since: number
  readonly total: number
}

const START = { after: '', scanned: 0, replayed: 0 }

/** Folded by one commit: short enough that a callback which comes meanwhile is not kept waiting. */
const PORTION = 32

/**
 * One page. The first step of a run goes on from where a run of the same mapping, version and connection was killed.
 * @throws HubError `PIPELINE_MAPPING_UNUSED`
 */
export async function stepReplay(
  means: ReplayMeans,
  tenant: string,
  words: ReplayWords,
): Promise<ReplayStep> {
  const { parts } = means
  const config = parts.config(tenant)
  const scope = scopeOf(config, words.mapping, words.connection)
  const key = positionKey(scope, words.connection)
  const kept = positionOf(await findAnswer(parts.ledger, tenant, key))
  // A run over less than what is asked now has not seen the older ones.
  const goesOn = kept !== undefined && kept.since <= words.since
  const from = goesOn ? kept : await startOf(parts, tenant, scope, words.since)
  if (!kept) await claimAnswer(parts.ledger, tenant, key, scope.version, parts.clock.now())
  const page = await compareMessages(parts, config, scope, from)
  const messages: MessageRow[] = []
  const ids = page.different.map(one => one.id)
  for (let at = 0; at < ids.length; at += PORTION) {
    await letLiveGoFirst(means)
    messages.push(...(await foldThose(means, tenant, ids.slice(at, at + PORTION))))
  }
  const now = {
    after: page.next ?? '',
    scanned: from.scanned + page.scanned,
    replayed: from.replayed + messages.length,
    since: from.since,
    total: from.total,
  }
  const done = page.next === undefined
  await keepAnswer(parts.ledger, tenant, key, done ? { done } : { ...now })
  if (done) parts.log.info({ tenant, mapping: scope.mapping, messages: now.replayed }, 'mapping.replayed')
  const { total, scanned, replayed } = now
  return { version: scope.version, total, scanned, replayed, done, before: from.scanned, messages }
}

async function startOf(
  { ledger }: Pick<Parts, 'ledger'>,
  tenant: string,
  { flows: places }: Scope,
  since: number,
): Promise<Position> {
  return { ...START, since, total: await countMessages(ledger, tenant, { places, since }) }
}

const positionKey = ({ mapping, version }: Scope, connection = '') =>
  `replay\n${mapping}\n${version}\n${connection}`

function positionOf(answer: unknown): Position | undefined {
  if (!isObject(answer)) return undefined
  const { after, scanned, replayed, since, total } = answer
  const known =
    typeof after === 'string' &&
    typeof scanned === 'number' &&
    typeof replayed === 'number' &&
    typeof since === 'number' &&
    typeof total === 'number'
  return known ? { after, scanned, replayed, since, total } : undefined
}

/** One that was erased since it was looked at must not keep the others from being folded. */
async function foldThose(
  means: ReplayMeans,
  tenant: string,
  ids: readonly string[],
): Promise<readonly MessageRow[]> {
  try {
    return await replayMessages(means, tenant, ids)
  } catch (error) {
    if (
      !isHubError(error) ||
      (error.code !== 'PIPELINE_MESSAGE_ERASED' && error.code !== 'PIPELINE_MESSAGE_UNKNOWN')
    )
      throw error
    if (ids.length === 1) return []
    const folded: MessageRow[] = []
    for (const id of ids) folded.push(...(await foldThose(means, tenant, [id])))
    return folded
  }
}

/** Begins and returns at once; GET /v1/operations/{id} tells how far it is. */
export async function replayAll(means: ReplayMeans, tenant: string, words: ReplayWords): Promise<Operation> {
  const { parts } = means
  const config = parts.config(tenant)
  const scope = scopeOf(config, words.mapping, words.connection)
  const id = newId('operation', parts.clock)
  const matched = await countMessages(parts.ledger, tenant, { places: scope.flows, since: words.since })
  await claimAnswer(parts.ledger, tenant, keyOfOperation(id), id, parts.clock.now())
  await keepAnswer(parts.ledger, tenant, keyOfOperation(id), progress('running', matched, START))
  return { id, matched, done: run(means, tenant, words, id, matched) }
}

const progress = (
  state: string,
  matched: number,
  { scanned, replayed }: Pick<Position, 'scanned' | 'replayed'>,
): JsonObject => ({ state, matched, redriven: null, scanned, replayed })

async function run(
  means: ReplayMeans,
  tenant: string,
  words: ReplayWords,
  operation: string,
  matched: number,
): Promise<void> {
  const { parts } = means
  const keep = (state: string, at: Pick<Position, 'scanned' | 'replayed'>) =>
    keepAnswer(parts.ledger, tenant, keyOfOperation(operation), progress(state, matched, at))
  let at: Pick<Position, 'scanned' | 'replayed'> = START
  try {
    for (let done = false; !done; ) {
      if (means.signal?.aborted) return await keep('failed', at)
      const step = await stepReplay(means, tenant, words)
      at = step
      done = step.done
      await keep(done ? 'done' : 'running', at)
    }
  } catch (error) {
    parts.log.error(
      { tenant, operation, error: error instanceof Error ? error.stack : String(error) },
      'mapping.replay-failed',
    )
    await keep('failed', at)
  }
}
