/** Random sayings over real kinds, for the laws. */
import fc from 'fast-check'
import type { Json, JsonObject } from '../../src/kernel/json.js'
import { KINDS } from '../../src/model/kinds.js'
import { spell } from '../../src/model/leaves.js'
import { type KindLaw, lawOf, type Ownership, type RecordState } from '../../src/model/reduce.js'
import type { Saying } from '../../src/model/saying.js'

export function lawFor(kind: string): KindLaw {
  const definition = KINDS.get(kind)
  if (!definition) throw new Error(`no kind ${kind}`)
  return lawOf(definition)
}

export const equalOwners: Ownership = { rank: () => 0 }

/** A saying as tests write it: times in seconds. */
export function said(
  law: KindLaw,
  link: string,
  at: number,
  partial: JsonObject,
  more: Partial<Saying> = {},
): Saying {
  const { say, whole } = spell(law.tree, partial)
  return { link, item: '', at: at * 1000, timed: true, sequence: undefined, told: false, say, whole, ...more }
}

const LINKS = ['ehr', 'ai', 'feishu']
const STATES = [
  'draft',
  'invited',
  'scheduled',
  'started',
  'interrupted',
  'completed',
  'evaluated',
  'cancelled',
  'no_show',
  'expired',
]

const schedule = fc.constantFrom<Json>(null, { start: '9', end: '10' }, { start: '14', end: '15' })
const interviewers = fc.uniqueArray(
  fc.record(
    {
      person: fc.constantFrom('p1', 'p2'),
      role: fc.constantFrom('lead', 'member'),
      response: fc.constantFrom('accepted', 'declined'),
    },
    { requiredKeys: ['person'] },
  ),
  { selector: entry => entry.person, maxLength: 2 },
)

export const interviewPartial: fc.Arbitrary<JsonObject> = fc.record(
  {
    title: fc.constantFrom<Json>('x', 'y', null),
    schedule,
    interviewers: fc.oneof(interviewers, fc.constant(null)) as fc.Arbitrary<Json>,
    state: fc.constantFrom(...STATES),
    custom: fc.dictionary(fc.constantFrom('a', 'b'), fc.constantFrom(1, 2, null), {
      maxKeys: 2,
    }) as fc.Arbitrary<Json>,
  },
  { requiredKeys: [] },
)

export function interviewSaying(
  options: { untimed?: boolean; sequenced?: boolean } = {},
): fc.Arbitrary<Saying> {
  const law = lawFor('interview')
  return fc
    .record({
      link: fc.constantFrom(...LINKS),
      at: fc.integer({ min: 1, max: 4 }),
      ms: fc.constantFrom(0, 400),
      partial: interviewPartial,
      told: fc.boolean(),
      timed: options.untimed ? fc.boolean() : fc.constant(true),
      sequence: options.sequenced
        ? fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined })
        : fc.constant(undefined),
    })
    .map(({ link, at, ms, partial, told, timed, sequence }) => ({
      ...said(law, link, at, partial, { told, timed, sequence: told ? undefined : sequence }),
      at: at * 1000 + ms,
    }))
}

/** A record state as plain data, for comparing. */
export function plain(state: RecordState) {
  return {
    data: state.data,
    gone: state.gone,
    stamps: Object.fromEntries([...state.stamps].sort()),
    links: Object.fromEntries(
      [...state.links]
        .sort()
        .map(([link, { image, last }]) => [
          link,
          { last, image: Object.fromEntries([...image].filter(([, value]) => value !== null).sort()) },
        ]),
    ),
    findings: state.findings,
  }
}
