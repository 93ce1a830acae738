import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import {
  bigints,
  booleans,
  byteas,
  doubles,
  instants,
  integers,
  jsonbs,
  texts,
} from '../../../src/ledger/engine/parameters.js'
import type { Ledger } from '../../../src/ledger/engine/types.js'
import { forEachEngine } from '../../support/engines.js'

const maybe = <T>(of: fc.Arbitrary<T>) => fc.array(fc.option(of), { maxLength: 12 })
/** What a column can hold: no NUL, no half of a character. */
/** The year 1, which some systems send for no date. */
const FIRST = Date.parse('0001-01-01T00:00:00Z')
const text = fc.string({ unit: 'grapheme' }).filter(value => !value.includes('\0'))

forEachEngine('array parameters', engine => {
  let ledger: Ledger
  beforeAll(async () => {
    ledger = await engine.open()
  })

  const back = async (type: string, sent: Buffer) =>
    (await ledger.query<{ v: unknown }>(`select unnest($1::${type}[]) as v`, [sent])).rows.map(row => row.v)

  it.each<[string, fc.Arbitrary<unknown>, (values: never) => Buffer]>([
    ['text', text, texts],
    ['bigint', fc.maxSafeInteger(), bigints],
    ['int', fc.integer(), integers],
    [
      'double precision',
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(value => value + 0),
      doubles,
    ],
    ['boolean', fc.boolean(), booleans],
    ['bytea', fc.uint8Array({ maxLength: 40 }).map(bytes => Buffer.from(bytes)), byteas],
  ])('%s comes back as it went', async (type, of, encode) => {
    await fc.assert(
      fc.asyncProperty(maybe(of), async values => {
        expect(await back(type, encode(values as never))).toEqual(values)
      }),
      { numRuns: 40 },
    )
  })

  it('instants come back to the millisecond', async () => {
    await fc.assert(
      fc.asyncProperty(maybe(fc.integer({ min: FIRST, max: Date.UTC(9999, 11, 31) })), async values => {
        const read = (await back('timestamptz', instants(values))) as (Date | null)[]
        expect(read.map(at => at?.getTime() ?? null)).toEqual(values)
      }),
      { numRuns: 40 },
    )
  })

  it('jsonb comes back as it went; undefined is nothing at all', async () => {
    const values = [{ 名: '候选人', list: [1, null, 'ü'] }, null, 'text', 0, undefined, []]
    const read = await ledger.query<{ v: unknown; nothing: boolean }>(
      'select v, v is null as nothing from unnest($1::jsonb[]) v',
      [jsonbs(values)],
    )
    expect(read.rows.map(row => row.v)).toEqual(values.map(value => value ?? null))
    expect(read.rows.map(row => row.nothing)).toEqual([false, false, false, false, true, false])
  })

  it('a fraction or a number over 2^53 is refused before it is sent', () => {
    expect(() => bigints([1.5])).toThrow(RangeError)
    expect(() => bigints([2 ** 53])).toThrow(RangeError)
  })
})
