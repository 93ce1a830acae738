/** Writes what a batch made of its records: rows, sayings, references, and a Change for each step, hashed to the one before. */
import { createHash } from 'node:crypto'
import { canonicalJson, type JsonObject } from '../../kernel/json.js'
import { freshBytes } from '../../kernel/random.js'
import type { ChangeRow, LinkRow } from '../../ledger/schema.js'
import {
  insertChanges,
  insertRecords,
  insertSayings,
  replaceRefs,
  updateLinks,
  updateRecords,
} from '../../ledger/write-fold.js'
import { changedPaths, type Entry, type Step } from './apply.js'
import { refsOf } from './record-refs.js'
import { imageToJson, lastToJson, stampsToJson } from './state-json.js'
import type { ChangedRecord } from './types.js'
import type { World } from './world.js'

/** Sends the writes of some entries; their steps get the numbers, in order. */
export function write(
  world: World,
  entries: readonly Entry[],
  numbers: readonly number[],
): { changed: ChangedRecord[]; written: Promise<unknown> } {
  const { tx, config, clock } = world
  const now = clock.now()
  const changing = entries.filter(entry => entry.steps.length > 0)
  const changes: ChangeRow[] = []
  const changed: ChangedRecord[] = []
  for (const entry of changing) {
    for (const [index, step] of entry.steps.entries()) {
      const paths = changedPaths(entry, step)
      if (entry.isNew && index === 0) paths.unshift('$new')
      const seq = numbers[changes.length]
      if (seq === undefined) throw new TypeError('more changes than numbers were taken')
      changes.push(changeOf(entry, step, paths, seq, now))
      const { id, kind } = entry.row
      const { data, gone } = step.after
      changed.push({ id, kind, seq, paths, data, gone, depth: step.depth })
    }
  }
  for (const { row, state } of entries) {
    if (!state) continue
    row.data = state.data
    row.gone = state.gone
    row.stamps = stampsToJson(state.stamps, config.ownershipHash)
    row.findings = state.findings as never
  }
  const touched = entries.filter(entry => entry.fresh.length > 0 || entry.isNew || entry.retracted)
  const referring = changing.filter(entry => entry.isNew || touchesRefs(entry))
  const written = Promise.all([
    insertRecords(
      tx,
      touched.filter(entry => entry.isNew).map(entry => entry.row),
    ),
    updateRecords(
      tx,
      touched.filter(entry => !entry.isNew).map(entry => entry.row),
    ),
    updateLinks(tx, touched.flatMap(speakingLinks)),
    insertSayings(
      tx,
      touched.flatMap(entry => entry.fresh),
    ),
    replaceRefs(
      tx,
      config.tenant,
      referring.map(entry => entry.row.id),
      referring.flatMap(entry =>
        refsOf(entry.row.kind, entry.row.data).map(ref => ({ from_record: entry.row.id, ...ref })),
      ),
    ),
    insertChanges(tx, changes),
  ])
  // Who awaits it hears of a failure; a batch that fails elsewhere first must not end the process through this one.
  written.catch(() => undefined)
  return { changed, written }
}

/** The record's next Change; its hash holds that of the one before. */
function changeOf(
  { row }: Entry,
  { after, cause }: Step,
  paths: readonly string[],
  seq: number,
  now: number,
): ChangeRow {
  row.version += 1
  row.updated_at = now
  const salt = freshBytes(16).toString('hex')
  const previous = row.hash
  const content = canonicalJson({
    record: row.id,
    version: row.version,
    paths,
    commitment: commit(salt, after.data),
    previous,
    cause,
  })
  row.hash = createHash('sha256').update(content).digest('hex')
  const { tenant, id: record, kind, version, hash } = row
  return { tenant, seq, record, kind, version, paths, data: after.data, cause, at: now, salt, hash, previous }
}

/** Salted, so that data and salt can be erased and the chain stays whole. */
export function commit(salt: string, data: JsonObject): string {
  return createHash('sha256').update(salt).update(canonicalJson(data)).digest('hex')
}

function touchesRefs(entry: Entry): boolean {
  const before = entry.before ? refsOf(entry.row.kind, entry.before.data) : []
  const after = refsOf(entry.row.kind, entry.row.data)
  return JSON.stringify(before) !== JSON.stringify(after)
}

function speakingLinks(entry: Entry): LinkRow[] {
  const speaking = new Set(entry.fresh.map(saying => saying.link))
  return [...entry.links.values()].flatMap(link => {
    const state = entry.state?.links.get(link.id)
    if (entry.retracted && !state) {
      link.image = {}
      link.last = null
      return [link]
    }
    if ((!speaking.has(link.id) && !entry.retracted) || !state) return []
    link.image = imageToJson(state)
    link.last = lastToJson(state)
    return [link]
  })
}
