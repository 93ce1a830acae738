/**
 * What a delivery's row does next and what an effect's end makes of it; pure. `wanted` and `done` are change
 * sequences: a row is at rest when done has reached wanted and no effect is open.
 */
import type { Verb } from '../../connector/types.js'
import type { Wants } from './wants.js'

export interface RowFacts {
  readonly wanted: number
  readonly done: number
  readonly externalId: string | undefined
  /** Of the body the system holds; undefined while that is not known. */
  readonly fingerprint: string | undefined
  /** The thing is there and not whole: a later step of its making was refused. */
  readonly half: boolean
}

export interface ResourceVerbs {
  readonly verbs: readonly string[]
  readonly lookupOnly: boolean
}

export type Decision =
  | {
      readonly act: 'rest'
      readonly state: 'delivered' | 'held' | 'cancelled' | 'dead'
      readonly because: string | undefined
    }
  | { readonly act: 'begin'; readonly verb: Verb }
  | { readonly act: 'adopt' }
  | { readonly act: 'dead'; readonly because: string }

/**
 * @param fingerprint of the mapped body; undefined where nothing is mapped (gone, held)
 * @param replace the thing must be deleted and made anew (`replace_when`)
 */
export function decide(
  row: RowFacts,
  wants: Wants,
  resource: ResourceVerbs,
  fingerprint: string | undefined,
  replace: boolean,
): Decision {
  const can = (verb: Verb) => resource.verbs.includes(verb)
  if (wants === 'held') return { act: 'rest', state: 'held', because: 'neither there nor gone' }
  if (wants === 'gone') {
    if (row.externalId === undefined) return { act: 'rest', state: 'cancelled', because: 'nothing there' }
    if (can('delete')) return { act: 'begin', verb: 'delete' }
    return { act: 'rest', state: 'held', because: 'the resource cannot be deleted' }
  }
  if (resource.lookupOnly) {
    return row.externalId === undefined
      ? { act: 'adopt' }
      : { act: 'rest', state: 'delivered', because: undefined }
  }
  if (fingerprint !== undefined && row.fingerprint === fingerprint && !replace) {
    return { act: 'rest', state: 'delivered', because: undefined }
  }
  if (can('put')) return { act: 'begin', verb: 'put' }
  if (row.externalId === undefined) {
    return can('create')
      ? { act: 'begin', verb: 'create' }
      : { act: 'dead', because: 'the resource cannot be created' }
  }
  // Never a second one beside a thing that is not whole: it is told the whole wanted value, or makes room.
  if ((replace || (row.half && !can('update'))) && can('delete')) return { act: 'begin', verb: 'delete' }
  if (can('update')) return { act: 'begin', verb: 'update' }
  if (row.half) return { act: 'rest', state: 'dead', because: 'refused' }
  return { act: 'rest', state: 'delivered', because: 'the resource cannot be updated' }
}

export type End =
  | { readonly end: 'accepted'; readonly id: string | undefined }
  /** Found instead of made: what it holds is not known yet. */
  | { readonly end: 'adopted'; readonly id: string }
  /** `made`: what an earlier step of a create made, and this end leaves there. */
  | { readonly end: 'absent'; readonly made?: string | undefined }
  | { readonly end: 'refused'; readonly made?: string | undefined }

export interface EndedEffect {
  readonly verb: Verb
  readonly wanted: number
  readonly fingerprint: string | undefined
  /** A delete that only makes room for a create (`replace_when`, or a thing that is not whole). */
  readonly replacing: boolean
}

export interface RowAfter extends RowFacts {
  readonly state: 'delivered' | 'dead' | 'parked' | 'cancelled'
  readonly because: string | undefined
  /** The thing is no longer there: its link is retired or gone. */
  readonly unlink: 'retired' | 'gone' | undefined
}

/** The effect's end makes room for the next; `done` becomes the effect's sequence, never the record's. */
export function afterEnd(
  row: RowFacts,
  effect: EndedEffect,
  end: End,
  ifGone: 'recreate' | 'leave' | 'ask',
): RowAfter {
  const base = { ...row, because: undefined, unlink: undefined }
  if (
    end.end === 'refused' ||
    (end.end === 'absent' && (effect.verb === 'create' || effect.verb === 'put'))
  ) {
    const left = end.made === undefined ? base : { ...base, externalId: end.made, half: true }
    return { ...left, state: 'dead', because: 'refused' }
  }
  if (end.end === 'adopted') {
    return { ...base, externalId: end.id, fingerprint: undefined, half: false, state: 'delivered' }
  }
  if (effect.verb === 'delete') {
    return {
      ...base,
      done: effect.replacing ? row.done : effect.wanted,
      externalId: undefined,
      fingerprint: undefined,
      half: false,
      state: 'cancelled',
      unlink: 'retired',
    }
  }
  if (end.end === 'absent') {
    const nothing = { externalId: undefined, fingerprint: undefined, half: false }
    const gone = { ...base, ...nothing, unlink: 'gone' as const }
    if (ifGone === 'recreate') return { ...gone, state: 'delivered' }
    if (ifGone === 'leave')
      return { ...gone, done: effect.wanted, state: 'cancelled', because: 'gone at the vendor' }
    return { ...gone, state: 'parked', because: 'gone at the vendor' }
  }
  return {
    ...base,
    done: effect.wanted,
    externalId: end.id ?? row.externalId,
    fingerprint: effect.fingerprint,
    half: false,
    state: 'delivered',
  }
}
