import fc from 'fast-check'
import { DateTime } from 'luxon'
import { describe, expect, it } from 'vitest'
import { Refusal } from '../../../src/mapping/refusal.js'
import { readDay, readInstant, writeInstant } from '../../../src/mapping/time/instant.js'
import { compilePattern } from '../../../src/mapping/time/pattern.js'
import { parseSpan, spanText } from '../../../src/mapping/time/span.js'

const iso = (instant: number) => new Date(instant).toISOString()
const refusalOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (error instanceof Refusal) return error.code
    throw error
  }
  return 'nothing'
}

describe('reading times', () => {
  it.each([
    ['2026-03-01 10:00:00', 'yyyy-MM-dd HH:mm:ss', 'Asia/Shanghai', '2026-03-01T02:00:00.000Z'],
    ['2026-03-01T10:00:00.000Z', "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", 'Asia/Shanghai', '2026-03-01T02:00:00.000Z'],
    ['2026-03-01T10:00:00+0800', "yyyy-MM-dd'T'HH:mm:ssZ", undefined, '2026-03-01T02:00:00.000Z'],
    ['2026-03-01T10:00:00+08:00', "yyyy-MM-dd'T'HH:mm:ssXXX", undefined, '2026-03-01T02:00:00.000Z'],
    ['2026/3/1 9:05', 'yyyy/M/d H:mm', 'Asia/Shanghai', '2026-03-01T01:05:00.000Z'],
    ['2026年3月1日', 'yyyy年M月d日', 'Asia/Shanghai', '2026-02-28T16:00:00.000Z'],
    ['20260301100000', 'yyyyMMddHHmmss', 'Asia/Shanghai', '2026-03-01T02:00:00.000Z'],
    ['2026-03-01 下午 02:30', 'yyyy-MM-dd a hh:mm', 'Asia/Shanghai', '2026-03-01T06:30:00.000Z'],
    ['2026-02-28 24:00:00', 'yyyy-MM-dd HH:mm:ss', 'UTC', '2026-03-01T00:00:00.000Z'],
    ['01 Mar 2026', 'dd MMM yyyy', 'UTC', '2026-03-01T00:00:00.000Z'],
    [1772330400, 'epoch_s', undefined, '2026-03-01T02:00:00.000Z'],
    ['1772330400000', 'epoch_ms', undefined, '2026-03-01T02:00:00.000Z'],
    ['2026-03-01T10:00:00+08:00', 'iso', undefined, '2026-03-01T02:00:00.000Z'],
    ['2026-03-01T10:00Z', 'iso', undefined, '2026-03-01T10:00:00.000Z'],
    ['2026-03-01 10:00:00', 'iso', 'Asia/Shanghai', '2026-03-01T02:00:00.000Z'],
    ['2026-11-01 01:30:00', 'yyyy-MM-dd HH:mm:ss', 'America/New_York', '2026-11-01T05:30:00.000Z'],
  ])('%s as %s in %s', (value, format, zone, expected) => {
    expect(iso(readInstant(value, format, zone))).toBe(expected)
  })

  it.each([
    ['a day no calendar has', '2026-02-30 10:00:00', 'yyyy-MM-dd HH:mm:ss', 'UTC', 'MAPPING_VALUE_INVALID'],
    ['a month no calendar has', '2026-13-01', 'iso', 'UTC', 'MAPPING_VALUE_INVALID'],
    [
      'a time clocks jump over',
      '2026-03-08 02:30:00',
      'yyyy-MM-dd HH:mm:ss',
      'America/New_York',
      'MAPPING_VALUE_INVALID',
    ],
    ['no zone in a pattern', '2026-03-01 10:00:00', 'yyyy-MM-dd HH:mm:ss', undefined, 'MAPPING_ZONE_MISSING'],
    ['no zone in ISO text', '2026-03-01T10:00:00', 'iso', undefined, 'MAPPING_ZONE_MISSING'],
    ['another pattern', '01.03.2026', 'yyyy-MM-dd', 'UTC', 'MAPPING_VALUE_INVALID'],
    ['a tail', '2026-03-01 10:00:00x', 'yyyy-MM-dd HH:mm:ss', 'UTC', 'MAPPING_VALUE_INVALID'],
    ['an unknown zone', '2026-03-01 10:00:00', 'yyyy-MM-dd HH:mm:ss', 'Asia/Peking', 'MAPPING_VALUE_INVALID'],
    ['a number beyond the calendar', 1e18, 'epoch_ms', undefined, 'MAPPING_VALUE_INVALID'],
    ['an object', {}, 'iso', 'UTC', 'MAPPING_VALUE_INVALID'],
  ])('refuses %s', (_name, value, format, zone, code) => {
    expect(refusalOf(() => readInstant(value, format, zone))).toBe(code)
  })

  it('reads days as written, and of an instant only in a zone', () => {
    expect(readDay('2026-03-01', 'iso', undefined)).toBe('2026-03-01')
    expect(readDay('2026/3/1', 'yyyy/M/d', undefined)).toBe('2026-03-01')
    expect(readDay('2026-02-28T20:00:00Z', 'iso', 'Asia/Shanghai')).toBe('2026-03-01')
    expect(readDay('2026-02-28T20:00:00Z', 'iso', undefined)).toBe('2026-02-28')
    expect(readDay(1772330400, 'epoch_s', 'Asia/Shanghai')).toBe('2026-03-01')
  })

  it('says what is wrong with a pattern', () => {
    expect(compilePattern("yyyy-MM-dd'T")).toMatch(/unclosed quote/)
    expect(compilePattern('yyyy-MM-ddTHH:mm')).toMatch(/"T" is no field/)
    expect(compilePattern('')).toMatch(/empty/)
  })
})

describe('writing times', () => {
  const instant = Date.parse('2026-03-01T02:05:09.080Z')
  it.each([
    ['iso', undefined, '2026-03-01T02:05:09.080Z'],
    ['iso', 'Asia/Shanghai', '2026-03-01T10:05:09+08:00'],
    ['M月d日 HH:mm', 'Asia/Shanghai', '3月1日 10:05'],
    ["yyyyMMdd'T'HHmmss'Z'", 'UTC', '20260301T020509Z'],
    ['yyyy-MM-dd HH:mm:ss.SSS XX', 'Asia/Shanghai', '2026-03-01 10:05:09.080 +0800'],
    ['hh:mm a', 'Asia/Shanghai', '10:05 AM'],
    ['EEE, dd MMM yyyy', 'UTC', 'Sun, 01 Mar 2026'],
    ['epoch_s', undefined, '1772330709'],
    ['epoch_ms', undefined, '1772330709080'],
  ])('%s in %s', (format, zone, expected) => {
    expect(writeInstant(instant, format, zone)).toBe(expected)
  })

  it('needs a zone for people', () => {
    expect(refusalOf(() => writeInstant(instant, 'HH:mm', undefined))).toBe('MAPPING_ZONE_MISSING')
  })
})

describe('our numeric patterns and luxon', () => {
  const zones = fc.constantFrom(
    'Asia/Shanghai',
    'America/New_York',
    'Australia/Lord_Howe',
    'Europe/Berlin',
    'UTC',
  )
  const instants = fc.integer({ min: 0, max: 4_102_444_800_000 }).map(ms => Math.floor(ms / 1000) * 1000)
  const FORMAT = 'yyyy-MM-dd HH:mm:ss'

  it('write the same', () => {
    fc.assert(
      fc.property(zones, instants, (zone, instant) => {
        expect(writeInstant(instant, FORMAT, zone)).toBe(
          DateTime.fromMillis(instant, { zone }).toFormat(FORMAT),
        )
      }),
    )
  })

  it('read back what was written, or its first occurrence', () => {
    fc.assert(
      fc.property(zones, instants, (zone, instant) => {
        const again = readInstant(writeInstant(instant, FORMAT, zone), FORMAT, zone)
        expect(writeInstant(again, FORMAT, zone)).toBe(writeInstant(instant, FORMAT, zone))
        expect(again).toBeLessThanOrEqual(instant)
      }),
    )
  })

  it('with an offset in the text come back exactly', () => {
    const format = `${FORMAT} XXX`
    fc.assert(
      fc.property(zones, instants, (zone, instant) => {
        expect(readInstant(writeInstant(instant, format, zone), format, undefined)).toBe(instant)
      }),
    )
  })
})

describe('durations', () => {
  it.each([
    ['PT1H30M', 5_400_000],
    ['P2D', 172_800_000],
    ['90m', 5_400_000],
    ['1h30m', 5_400_000],
    ['-5m', -300_000],
    ['PT0.5S', 500],
    ['', undefined],
    ['P', undefined],
    ['PT', undefined],
    ['5', undefined],
    ['5 minutes', undefined],
  ])('%s', (text, ms) => {
    expect(parseSpan(text)).toBe(ms)
  })

  it('written and read again are the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), ms => {
        expect(parseSpan(spanText(ms))).toBe(ms)
      }),
    )
  })
})
