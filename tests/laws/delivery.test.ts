import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OutcomeKind, Verb } from '../../src/connector/types.js'
import {
  afterLostLease,
  afterMiss,
  afterOutcome,
  afterRefusal,
  type Doubt,
  type Means,
  nextMove,
  SURE,
} from '../../src/pipeline/effect/doubt.js'
import { afterEnd, decide, type End, type RowFacts } from '../../src/pipeline/effect/row.js'

type Fault =
  | 'ok'
  | 'cutBefore'
  | 'cutAfter'
  | '504After'
  | 'refuseConnect'
  | 'throttle'
  | 'crashBefore'
  | 'crashAfter'
  /** 422, and 401 or 403 while the connection's own check passes. */
  | 'refuse'
  | 'forbid'

interface Kind {
  readonly tokens: boolean
  readonly window: number
  readonly strict: boolean
  readonly lookup: boolean
  /** Hours until a created thing is found. */
  readonly lag: number
  /** A thing is made by one call and made whole by a second. */
  readonly steps?: 2
  readonly verbs?: readonly Verb[]
}

/** A vendor as the world has them: remembers tokens for a while, finds things late, loses answers after the work. */
class Vendor {
  readonly things = new Map<string, { body: string; ref: string; born: number }>()
  readonly remembered = new Map<
    string,
    { body: string; answer: { is: OutcomeKind; id?: string }; at: number }
  >()
  effects = 0
  now = 0
  readonly kind: Kind
  constructor(kind: Kind) {
    this.kind = kind
  }

  call(
    verb: Verb,
    token: string,
    id: string | undefined,
    body: string,
    fault: Fault,
  ): { is: OutcomeKind; id?: string } {
    if (fault === 'refuseConnect') return { is: 'unreachable' }
    if (fault === 'throttle') return { is: 'throttled' }
    if (fault === 'cutBefore') return { is: 'unknown' }
    if (fault === 'forbid') return { is: 'misconfigured' }
    const known = this.kind.tokens ? this.remembered.get(token) : undefined
    let answer: { is: OutcomeKind; id?: string }
    if (known && this.now - known.at < this.kind.window) {
      answer = this.kind.strict && known.body !== body ? { is: 'refused' } : known.answer
    } else if (fault === 'refuse') {
      answer = { is: 'refused' }
    } else {
      answer = this.work(verb, token, id, body)
      if (this.kind.tokens) this.remembered.set(token, { body, answer, at: this.now })
    }
    return fault === 'cutAfter' || fault === '504After' ? { is: 'unknown' } : answer
  }

  private work(
    verb: Verb,
    token: string,
    id: string | undefined,
    body: string,
  ): { is: OutcomeKind; id?: string } {
    if (verb === 'create') {
      const made = `x${++this.effects}`
      this.things.set(made, { body, ref: token, born: this.now })
      return { is: 'accepted', id: made }
    }
    const thing = this.things.get(id ?? '')
    if (verb === 'delete') {
      this.things.delete(id ?? '')
      return thing ? { is: 'accepted' } : { is: 'absent' }
    }
    if (!thing) return { is: 'absent' }
    thing.body = body
    return { is: 'accepted' }
  }

  find(token: string): string | undefined {
    for (const [id, thing] of this.things)
      if (thing.ref === token && this.now - thing.born >= this.kind.lag) return id
    return undefined
  }
}

interface OpenEffect {
  readonly verb: Verb
  readonly wanted: number
  readonly body: string
  readonly token: string
  readonly target: string | undefined
  readonly begunAt: number
  /** Of the thing that the first of two steps made. */
  made?: string | undefined
  replacing: boolean
  doubt: Doubt
}

/** The row and its effects as the pipeline drives them, one step at a time, with the pipeline's own reasoning. */
class Row {
  facts: RowFacts = {
    wanted: 1,
    done: 0,
    externalId: undefined,
    fingerprint: undefined,
    half: false,
  }
  effect: OpenEffect | undefined
  state = 'waiting'
  /** Wanted when it was buried: a new wish reopens it. */
  buried = 0
  n = 0
  readonly vendor: Vendor
  constructor(vendor: Vendor) {
    this.vendor = vendor
  }

  step(record: { version: number; body: string; cancelled: boolean }, fault: Fault): void {
    this.facts = { ...this.facts, wanted: record.version }
    if (this.state === 'parked') return
    if (this.state === 'dead' && record.version <= this.buried) return
    this.state = 'waiting'
    if (!this.effect) {
      if (this.facts.done >= this.facts.wanted) return
      const wants = record.cancelled ? 'gone' : 'there'
      const body = wants === 'there' ? record.body : undefined
      const decision = decide(
        this.facts,
        wants,
        { verbs: this.vendor.kind.verbs ?? ['create', 'update', 'delete'], lookupOnly: false },
        body,
        false,
      )
      if (decision.act === 'rest' && decision.state === 'dead') {
        this.state = 'dead'
        this.buried = record.version
        return
      }
      if (decision.act === 'rest') {
        this.facts = { ...this.facts, done: record.version }
        return
      }
      if (decision.act !== 'begin') throw new Error(decision.act)
      this.effect = {
        verb: decision.verb,
        wanted: record.version,
        body: record.body,
        token: `token-${++this.n}`,
        target: this.facts.externalId,
        begunAt: this.vendor.now,
        replacing: decision.verb === 'delete' && wants === 'there',
        doubt: SURE,
      }
      this.facts = { ...this.facts, fingerprint: undefined }
    }
    this.drive(this.effect, fault)
  }

  private drive(effect: OpenEffect, fault: Fault): void {
    const { kind, now } = this.vendor
    const lookup = kind.lookup ? { afterMs: kind.lag + 1 } : undefined
    const means: Means = {
      verb: effect.verb,
      repeatable: effect.verb !== 'create' || effect.made !== undefined,
      tokenWindow: kind.tokens ? kind.window : undefined,
      lookup,
      onUnknown: 'park',
    }
    const move = nextMove(effect.doubt, effect.begunAt, means, now)
    if (move.do === 'wait') return
    if (move.do === 'park') {
      this.state = 'parked'
      return
    }
    if (move.do === 'look') {
      const found = this.vendor.find(effect.token)
      if (found && kind.steps === 2) {
        effect.made = found
        effect.doubt = SURE
      } else if (found) this.end(effect, { end: 'accepted', id: found })
      else if (lookup) effect.doubt = afterMiss(effect.doubt, lookup, now)
      return
    }
    if (fault === 'crashBefore') {
      effect.doubt = afterLostLease(effect.doubt, now)
      return
    }
    const second = effect.made !== undefined
    const outcome = this.vendor.call(
      second ? 'update' : effect.verb,
      second ? `${effect.token}/2` : effect.token,
      effect.made ?? effect.target,
      effect.body,
      fault === 'crashAfter' ? 'ok' : fault,
    )
    if (fault === 'crashAfter') {
      effect.doubt = afterLostLease(effect.doubt, now)
      return
    }
    if (outcome.is === 'accepted' && kind.steps === 2 && effect.verb === 'create' && !second) {
      effect.made = outcome.id
      effect.doubt = SURE
    } else if (outcome.is === 'accepted' && second) this.end(effect, { end: 'accepted', id: effect.made })
    else if (outcome.is === 'accepted') this.end(effect, { end: 'accepted', id: outcome.id })
    else if (outcome.is === 'absent' || outcome.is === 'refused' || outcome.is === 'misconfigured') {
      const doubt = afterRefusal(effect.doubt, outcome.is, effect.begunAt, means, now)
      if (doubt === 'end')
        this.end(effect, { end: outcome.is === 'absent' ? 'absent' : 'refused', made: effect.made })
      else effect.doubt = doubt
    } else effect.doubt = afterOutcome(effect.doubt, outcome.is, effect.verb, now)
  }

  private end(effect: OpenEffect, end: End): void {
    const after = afterEnd(this.facts, { ...effect, fingerprint: effect.body }, end, 'recreate')
    this.facts = after
    this.effect = undefined
    if (after.state === 'dead') {
      this.state = 'dead'
      this.buried = this.facts.wanted
    }
  }
}

const faults = fc.constantFrom<Fault>(
  'ok',
  'ok',
  'ok',
  'cutBefore',
  'cutAfter',
  '504After',
  'refuseConnect',
  'throttle',
  'crashBefore',
  'crashAfter',
)
const stepsWith = (fault: fc.Arbitrary<Fault>) =>
  fc.array(
    fc.oneof(
      fc.record({ do: fc.constant('edit' as const), body: fc.constantFrom('A', 'B', 'C') }),
      fc.record({ do: fc.constantFrom('cancel' as const, 'revive' as const, 'wait' as const) }),
      fc.record({ do: fc.constant('work' as const), fault }),
    ),
    { maxLength: 12 },
  )
const steps = stepsWith(faults)
const refusing = stepsWith(fc.oneof(faults, fc.constantFrom<Fault>('refuse', 'forbid')))
type Steps = typeof steps extends fc.Arbitrary<infer T> ? T : never

/** Lives through the steps, then works until nothing more happens. */
function live(kind: Kind, list: Steps) {
  const vendor = new Vendor(kind)
  const row = new Row(vendor)
  const record = { version: 1, body: 'A', cancelled: false }
  for (const step of list) {
    if (step.do === 'edit' && record.body !== step.body)
      Object.assign(record, { body: step.body, version: record.version + 1 })
    if (step.do === 'cancel' && !record.cancelled)
      Object.assign(record, { cancelled: true, version: record.version + 1 })
    if (step.do === 'revive' && record.cancelled)
      Object.assign(record, { cancelled: false, version: record.version + 1 })
    if (step.do === 'wait') vendor.now += 24
    if (step.do === 'work') {
      row.step({ ...record }, step.fault)
      vendor.now += 1
    }
  }
  for (let i = 0; i < 20; i++) {
    row.step({ ...record }, 'ok')
    vendor.now += 3
  }
  return { vendor, row, record }
}

const KINDS: Record<string, Kind> = {
  'that remembers tokens for 24 h': { tokens: true, window: 24, strict: false, lookup: false, lag: 0 },
  'that refuses another body under one token': {
    tokens: true,
    window: 1e9,
    strict: true,
    lookup: false,
    lag: 0,
  },
  'without tokens that can be looked up': { tokens: false, window: 0, strict: false, lookup: true, lag: 2 },
  'without tokens and look-up': { tokens: false, window: 0, strict: false, lookup: false, lag: 0 },
  'with tokens and look-up': { tokens: true, window: 24, strict: false, lookup: true, lag: 2 },
  'whose things take two calls': { tokens: true, window: 24, strict: false, lookup: false, lag: 0, steps: 2 },
  'whose things take two calls and can be looked up': {
    tokens: false,
    window: 0,
    strict: false,
    lookup: true,
    lag: 2,
    steps: 2,
  },
}
const UNCHANGING: Record<string, Kind> = Object.fromEntries(
  [['create', 'delete'] as const, ['create'] as const].map(verbs => [
    `whose things take two calls and can only be told to ${verbs.join(', ')}`,
    { tokens: true, window: 24, strict: false, lookup: false, lag: 0, steps: 2, verbs },
  ]),
)

describe('a delivery', () => {
  for (const [name, kind] of Object.entries(KINDS))
    it(`leaves at a vendor ${name} exactly what the record wants, or asks a person`, () => {
      let parked = 0
      fc.assert(
        fc.property(steps, list => {
          const { vendor, row, record } = live(kind, list)
          expect(vendor.things.size).toBeLessThanOrEqual(1)
          if (row.state === 'parked') {
            parked++
            return
          }
          expect(row.state).not.toBe('dead')
          expect([...vendor.things.values()].map(thing => thing.body)).toEqual(
            record.cancelled ? [] : [record.body],
          )
        }),
        { numRuns: 20_000 },
      )
      if (kind.lookup) expect(parked).toBe(0)
    })
  for (const [name, kind] of Object.entries({ ...KINDS, ...UNCHANGING }))
    it(`leaves nothing unknown at a vendor ${name} that turns calls and their repeats away`, () => {
      fc.assert(
        fc.property(refusing, list => {
          const { vendor, row } = live(kind, list)
          expect(vendor.things.size).toBeLessThanOrEqual(1)
          // Who waits for a person may have one there; who was buried as refused may not.
          if (row.state === 'parked') return
          for (const id of vendor.things.keys()) expect(row.facts.externalId).toBe(id)
        }),
        { numRuns: 20_000 },
      )
    })
})
