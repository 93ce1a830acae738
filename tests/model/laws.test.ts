import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import { foldInPlace } from '../../src/model/fold-in-place.js'
import { type Ownership, type RecordState, reduce } from '../../src/model/reduce.js'
import type { Saying } from '../../src/model/saying.js'
import { equalOwners, interviewSaying, lawFor, plain, said } from './sayings.js'

const interview = lawFor('interview')
const candidate = lawFor('candidate')
const report = lawFor('score_report')
const shuffled = <T>(list: readonly T[]) =>
  fc.shuffledSubarray([...list], { minLength: list.length, maxLength: list.length })
const empty: RecordState = { data: {}, gone: false, stamps: new Map(), links: new Map(), findings: [] }
const owners: Ownership = {
  rank: (link, path) => (path.startsWith('schedule') ? (link === 'ai' ? 2 : 0) : link === 'ehr' ? 1 : 0),
}

function foldAll(sayings: readonly Saying[], by: Ownership): { state: RecordState; inPlace: number } {
  let state = empty
  let inPlace = 0
  const seen: Saying[] = []
  for (const saying of sayings) {
    seen.push(saying)
    const next = foldInPlace(interview, state, saying, by)
    if (next) inPlace++
    state = next ?? reduce(interview, seen, by)
  }
  return { state, inPlace }
}

describe('the law of records', () => {
  for (const [name, options] of [
    ['timed', {}],
    ['with and without times', { untimed: true }],
    ['numbered by their source', { sequenced: true, untimed: true }],
  ] as const) {
    it(`gives one record for any order and any repeats of sayings ${name}`, () => {
      fc.assert(
        fc.property(
          fc
            .array(interviewSaying(options), { minLength: 2, maxLength: 7 })
            .chain(list => fc.tuple(fc.constant(list), shuffled(list), fc.nat(list.length - 1))),
          ([list, other, again]) => {
            const repeated = list[again]
            expect(plain(reduce(interview, repeated ? [...other, repeated] : other, owners))).toEqual(
              plain(reduce(interview, list, owners)),
            )
          },
        ),
        { numRuns: 1500 },
      )
    })

    it(`in place = reduced, sayings ${name}`, () => {
      let inPlace = 0
      fc.assert(
        fc.property(
          fc.array(interviewSaying(options), { maxLength: 7 }),
          fc.constantFrom(equalOwners, owners),
          (list, by) => {
            const folded = foldAll(list, by)
            inPlace += folded.inPlace
            expect(plain(folded.state)).toEqual(plain(reduce(interview, list, by)))
          },
        ),
        { numRuns: 2500 },
      )
      expect(inPlace).toBeGreaterThan(2500)
    })
  }

  it('a repeated saying that sorts last changes nothing in place', () => {
    const saying = said(interview, 'ehr', 1, { title: 'x', state: 'scheduled' })
    const once = reduce(interview, [saying], equalOwners)
    const twice = foldAll([saying, saying], equalOwners).state
    expect(plain(twice)).toEqual(plain(once))
  })

  it('whole-object snapshots do not restamp what another system edited in between', () => {
    const edits = fc.array(
      fc.record({
        system: fc.constantFrom('ehr', 'ai'),
        field: fc.constantFrom('name', 'source'),
        value: fc.integer({ min: 1, max: 9 }),
      }),
      { maxLength: 6 },
    )
    fc.assert(
      fc.property(
        edits.chain(list =>
          fc.tuple(fc.constant(list), fc.array(fc.nat(1000), { minLength: 8, maxLength: 8 })),
        ),
        ([list, order]) => {
          const start: JsonObject = { name: '0', source: '0' }
          const held: Record<string, JsonObject> = { ehr: start, ai: start }
          let truth: JsonObject = start
          const sayings = [said(candidate, 'ehr', 0, start), said(candidate, 'ai', 0, start)]
          for (const [index, { system, field, value }] of list.entries()) {
            if (held[system]?.[field] === String(value)) continue
            held[system] = { ...held[system], [field]: String(value) }
            truth = { ...truth, [field]: String(value) }
            sayings.push(said(candidate, system, index + 1, held[system] ?? {}))
          }
          const mixed = sayings
            .map((saying, i) => [order[i] ?? 0, saying] as const)
            .sort((a, b) => a[0] - b[0])
          expect(
            reduce(
              candidate,
              mixed.map(([, s]) => s),
              equalOwners,
            ).data,
          ).toEqual(truth)
        },
      ),
    )
  })

  it('an echo of our own write, rounded by its vendor, claims nothing', () => {
    const sayings = [
      said(candidate, 'ehr', 1, { salary_expectation: 8.5 }),
      said(candidate, 'ai', 2, { salary_expectation: 8 }, { told: true }),
      said(candidate, 'ai', 3, { salary_expectation: 8 }),
    ]
    expect(reduce(candidate, sayings, equalOwners).data).toEqual({ salary_expectation: 8.5 })
  })

  it('two writes within a second, echoed with whole seconds or with milliseconds, claim nothing', () => {
    const at = (ms: number, saying: Saying) => ({ ...saying, at: ms })
    for (const grain of [1, 1000]) {
      const cut = (ms: number) => Math.floor(ms / grain) * grain
      const sayings = [
        at(9_026, said(candidate, 'ai', 0, { source: 'new' })),
        at(9_050, said(candidate, 'ehr', 0, { source: 'old' }, { told: true })),
        at(cut(9_159), said(candidate, 'ehr', 0, { source: 'old' })),
        at(9_500, said(candidate, 'ehr', 0, { source: 'new' }, { told: true })),
      ]
      // The echo of the second write, and a later word of the vendor about something else.
      const echo = at(cut(10_700), said(candidate, 'ehr', 0, { source: 'new', tags: ['x'] }))
      fc.assert(
        fc.property(
          shuffled(
            grain === 1
              ? [...sayings, echo]
              : [...sayings.filter(one => one.told || one.link === 'ai'), echo],
          ),
          list => {
            expect(reduce(candidate, list, equalOwners).data['source']).toBe('new')
          },
        ),
      )
    }
  })

  it('an entry that a later revision of a keyed list leaves out goes; others’ entries stay', () => {
    const sayings = [
      said(report, 'hr', 0, { dimensions: [{ key: 'manner', score: 7 }] }),
      said(report, 'ai', 1, {
        dimensions: [
          { key: 'logic', score: 5 },
          { key: 'talk', score: 6 },
        ],
      }),
      said(report, 'ai', 2, { dimensions: [{ key: 'talk', score: 8 }] }),
    ]
    fc.assert(
      fc.property(shuffled(sayings), list => {
        expect(reduce(report, list, equalOwners).data['dimensions']).toEqual([
          { key: 'manner', score: 7 },
          { key: 'talk', score: 8 },
        ])
      }),
    )
  })

  it('a member that an entry does not mention keeps what another system said about it', () => {
    const sayings = [
      said(interview, 'ehr', 1, { interviewers: [{ person: 'p1', role: 'lead' }] }),
      said(interview, 'feishu', 2, { interviewers: [{ person: 'p1', response: 'accepted' }] }),
      said(interview, 'ehr', 3, {
        interviewers: [
          { person: 'p1', role: 'lead' },
          { person: 'p2', role: 'member' },
        ],
      }),
    ]
    expect(reduce(interview, sayings, equalOwners).data['interviewers']).toEqual([
      { person: 'p1', role: 'lead', response: 'accepted' },
      { person: 'p2', role: 'member' },
    ])
  })

  it('an atomic object is one value: two systems never make a schedule that nobody said', () => {
    const sayings = [
      said(interview, 'ehr', 1, { schedule: { start: '9', end: '10' } }),
      said(interview, 'ai', 2, { schedule: { start: '14', end: '15' } }),
    ]
    expect(reduce(interview, sayings, equalOwners).data['schedule']).toEqual({ start: '14', end: '15' })
  })

  it('illegal moves are skipped and shown, whatever came first', () => {
    const sayings = [
      said(interview, 'ai', 1, { state: 'scheduled' }),
      said(interview, 'ai', 2, { state: 'completed' }),
      said(interview, 'ehr', 3, { state: 'cancelled' }),
    ]
    fc.assert(
      fc.property(shuffled(sayings), list => {
        const state = reduce(interview, list, equalOwners)
        expect(state.data['state']).toBe('completed')
        expect(state.findings).toMatchObject([{ from: 'completed', to: 'cancelled', link: 'ehr' }])
      }),
    )
  })

  it('whole seconds and milliseconds mix: completed of the same second beats the started before it', () => {
    const sayings = [
      { ...said(interview, 'ai', 1, { state: 'started' }), at: 1400 },
      { ...said(interview, 'ehr', 1, { state: 'completed' }), at: 1000 },
    ]
    expect(reduce(interview, sayings, equalOwners).data['state']).toBe('completed')
  })

  it('without times the order of states decides, not the order of arrival', () => {
    for (const [first, second] of [
      ['scheduled', 'completed'],
      ['completed', 'scheduled'],
    ] as const) {
      const sayings = [
        said(interview, 'ai', 1, { state: first }, { timed: false }),
        said(interview, 'ai', 2, { state: second }, { timed: false }),
      ]
      expect(reduce(interview, sayings, equalOwners).data['state']).toBe('completed')
    }
  })

  it('started and interrupted alternate by time', () => {
    const sayings = ['started', 'interrupted', 'started', 'interrupted', 'completed'].map((state, at) =>
      said(interview, 'ai', at, { state }),
    )
    expect(reduce(interview, sayings.slice(0, 3), equalOwners).data['state']).toBe('started')
    expect(reduce(interview, sayings.slice(0, 4), equalOwners).data['state']).toBe('interrupted')
    expect(reduce(interview, sayings, equalOwners).data['state']).toBe('completed')
  })

  it('cancelled → scheduled is made only by the system that owns the schedule', () => {
    const sayings = (link: string) => [
      said(interview, 'ehr', 1, { state: 'scheduled' }),
      said(interview, 'ehr', 2, { state: 'cancelled' }),
      said(interview, 'ai', 0, { title: 'x' }),
      said(interview, link, 3, { state: 'invited' }),
      said(interview, link, 4, { state: 'scheduled' }),
    ]
    expect(reduce(interview, sayings('ai'), owners).data['state']).toBe('cancelled')
    const scheduleOwner: Ownership = { rank: (link, path) => (path === 'schedule' && link === 'ai' ? 1 : 0) }
    expect(reduce(interview, sayings('ai'), scheduleOwner).data['state']).toBe('scheduled')
    expect(reduce(interview, sayings('ehr'), scheduleOwner).data['state']).toBe('cancelled')
  })

  it('ownership changed later gives the record of the new ownership', () => {
    fc.assert(
      fc.property(fc.array(interviewSaying(), { maxLength: 6 }), list => {
        expect(plain(reduce(interview, [...list].reverse(), owners))).toEqual(
          plain(reduce(interview, list, owners)),
        )
      }),
    )
  })

  it('a mended mapping replaces its sayings: the record is what the mended sayings say', () => {
    const wrong = said(candidate, 'ai', 1, { source: 'wrong', custom: { ghost: 1 } })
    const mended = said(candidate, 'ai', 1, { source: 'right' })
    expect(reduce(candidate, [wrong], equalOwners).data).toEqual({ source: 'wrong', custom: { ghost: 1 } })
    expect(reduce(candidate, [mended], equalOwners).data).toEqual({ source: 'right' })
  })

  it('a null from a system that never knew claims nothing; a null from one that knew empties', () => {
    const known = said(candidate, 'ehr', 1, { source: 'fair' })
    expect(reduce(candidate, [known, said(candidate, 'ai', 2, { source: null })], equalOwners).data).toEqual({
      source: 'fair',
    })
    expect(reduce(candidate, [known, said(candidate, 'ehr', 2, { source: null })], equalOwners).data).toEqual(
      {},
    )
  })

  it('a higher number wins within its link whatever the clock said', () => {
    const sayings = [
      said(report, 'ai', 9, { overall: 5 }, { sequence: 1 }),
      said(report, 'ai', 3, { overall: 7 }, { sequence: 2 }),
    ]
    fc.assert(
      fc.property(shuffled(sayings), list => {
        expect(reduce(report, list, equalOwners).data['overall']).toBe(7)
      }),
    )
  })

  it('an inbound delete is a saying: the thing is gone until its system says otherwise', () => {
    const gone = { ...said(candidate, 'ehr', 2, {}), say: { $gone: true } }
    expect(reduce(candidate, [said(candidate, 'ehr', 1, { name: '张三' }), gone], equalOwners)).toMatchObject(
      { gone: true, data: { name: '张三' } },
    )
    const back = { ...said(candidate, 'ehr', 3, {}), say: { $gone: false } }
    expect(reduce(candidate, [gone, back], equalOwners).gone).toBe(false)
  })
})
