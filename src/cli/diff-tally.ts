/** What a comparison found, added up: counts by path and by verdict, places of refusals, a few records to look at. */
import { showValue } from '../mapping/mask.js'
import { withoutKeys } from '../model/leaves.js'
import type { Different, Turned } from '../pipeline/compare/compare-messages.js'
import type { ComparedRecord, LeafChange } from '../pipeline/compare/compare-records.js'
import { fieldSchema } from '../pipeline/config/kinds.js'

/** Places of one code in one line of one mapping; more than a person reads are counted in the total alone. */
const MOST_PLACES = 100

export interface TurnedPlace {
  readonly place: string
  readonly code: string
  readonly detail: string
  readonly times: number
  /** One of them, for `hrhub explain`. */
  readonly message: string
}

export interface SampleLine {
  readonly record: string
  readonly path: string
  readonly before: string
  readonly after: string
}

export interface Tally {
  note(different: readonly Different[]): void
  compared(records: readonly ComparedRecord[]): void
  result(): TallyResult
}

export interface TallyResult {
  readonly messages: number
  readonly records: { readonly changed: number; readonly made: number; readonly same: number }
  readonly paths: Readonly<Record<string, number>>
  /** `folded → invalid`: how many items. */
  readonly verdicts: Readonly<Record<string, number>>
  readonly refused: { readonly items: number; readonly places: readonly TurnedPlace[] }
  readonly accepted: { readonly items: number; readonly places: readonly TurnedPlace[] }
  readonly sample: readonly SampleLine[]
}

const isRefused = (verdict: Turned['from']) => verdict === 'invalid' || verdict === 'defect'

/** @param samples how many records are shown; @param show whether personal values are */
export function createTally(samples: number, show: boolean): Tally {
  let messages = 0
  const records = { changed: 0, made: 0, same: 0 }
  const paths = new Map<string, number>()
  const verdicts = new Map<string, number>()
  const refused = createPlaces()
  const accepted = createPlaces()
  const sample: SampleLine[] = []
  let sampled = 0

  return {
    note(different) {
      for (const { id, turned } of different) {
        messages += 1
        for (const one of turned) {
          add(verdicts, `${one.from} → ${one.to}`)
          if (isRefused(one.to)) refused.add(id, one)
          else if (isRefused(one.from)) accepted.add(id, one)
        }
      }
    },
    compared(found) {
      for (const { record, kind, made, changes } of found) {
        if (changes.length === 0) records.same += 1
        else if (made) records.made += 1
        else records.changed += 1
        for (const { path } of changes) add(paths, `${kind}.${withoutKeys(path)}`)
        if (changes.length === 0 || sampled >= samples) continue
        sampled += 1
        const name = made ? `a new ${kind}` : record
        sample.push(
          ...changes.filter(({ path }) => path !== '$new').map(change => line(name, kind, change, show)),
        )
      }
    },
    result: () => ({
      messages,
      records,
      paths: Object.fromEntries([...paths].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))),
      verdicts: Object.fromEntries(verdicts),
      refused: refused.result(),
      accepted: accepted.result(),
      sample,
    }),
  }
}

function line(record: string, kind: string, { path, before, after }: LeafChange, show: boolean): SampleLine {
  const personal = isPersonal(kind, path)
  const text = (value: LeafChange['before']) =>
    show ? JSON.stringify(value) : value === null ? 'nothing' : showValue(value, personal)
  return { record, path, before: text(before), after: text(after) }
}

/** Whoever marked the field, or the object or list it lies in. */
function isPersonal(kind: string, path: string): boolean {
  const names = withoutKeys(path).split('.')
  return names.some((_, at) => {
    const schema = fieldSchema(kind, names.slice(0, at + 1).join('.'))
    return schema?.['x-personal'] !== undefined || schema?.items?.['x-personal'] !== undefined
  })
}

function createPlaces() {
  let items = 0
  const places = new Map<string, { -readonly [K in keyof TurnedPlace]: TurnedPlace[K] }>()
  return {
    add(message: string, { code = '', detail = '', where }: Turned) {
      items += 1
      const place = where?.file === undefined ? '' : `${where.file}:${where.line ?? 1}:${where.column ?? 1}`
      const key = `${place}\n${code}\n${where?.path ?? ''}`
      const known = places.get(key)
      if (known) known.times += 1
      else if (places.size < MOST_PLACES) places.set(key, { place, code, detail, times: 1, message })
    },
    result: () => ({ items, places: [...places.values()].sort((a, b) => b.times - a.times) }),
  }
}

function add(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1)
}
