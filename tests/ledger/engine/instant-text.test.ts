import fc from 'fast-check'
import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { instantOf } from '../../../src/ledger/engine/instant-text.js'

const TIMESTAMPTZ = 1184
const general = pg.types.getTypeParser(TIMESTAMPTZ, 'text') as unknown as (text: string) => Date

/** As Postgres writes it: no trailing zeros, at most six digits. */
const written = (ms: number, micros: number) => {
  const iso = new Date(ms).toISOString()
  const fraction = `${iso.slice(20, 23)}${String(micros).padStart(3, '0')}`.replace(/0+$/, '')
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`}+00`
}

describe('an instant in the text of Postgres', () => {
  it('is read as the general parser reads it, for every millisecond of a thousand years', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(1000, 0, 1), max: Date.UTC(9999, 11, 31) }),
        fc.integer({ min: 0, max: 999 }),
        (ms, micros) => {
          const text = written(ms, micros)
          expect(instantOf(text)?.getTime(), text).toBe(ms)
          expect(general(text).getTime(), text).toBe(ms)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it.each([
    'infinity',
    '0044-03-15 00:00:00+00 BC',
    '12026-01-01 00:00:00+00',
    '2026-11-22 05:14:29+08',
    '0099-01-01 00:00:00+00',
  ])('is left to the general parser where it is in another form: %s', text =>
    expect(instantOf(text)).toBeUndefined(),
  )
})
