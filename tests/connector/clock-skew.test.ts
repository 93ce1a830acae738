import { expect, it } from 'vitest'
import { createSkewMeter } from '../../src/connector/clock-skew.js'

const NOON = Date.parse('2026-12-01T12:00:00Z')
const dateAt = (ms: number) => new Date(Math.floor(ms / 1000) * 1000).toUTCString()

it('tells a clock that is off to within a second, whatever the answers took', () => {
  const meter = createSkewMeter()
  expect(meter.ahead()).toBeUndefined()
  for (let i = 0; i < 40; i++) {
    const sentAt = NOON + i * 1370
    const took = 20 + (i % 7) * 90
    meter.heard(dateAt(sentAt + took / 2 + 90_000), sentAt, took)
  }
  expect(Math.abs((meter.ahead() ?? 0) - 90_000)).toBeLessThan(1000)
})

it('is not led astray by one answer that is absurd, or by none', () => {
  const meter = createSkewMeter()
  meter.heard(undefined, NOON, 10)
  meter.heard('yesterday, about tea time', NOON, 10)
  expect(meter.ahead()).toBeUndefined()
  for (let i = 0; i < 5; i++) meter.heard(dateAt(NOON + i * 500), NOON + i * 500, 10)
  meter.heard(dateAt(0), NOON, 10)
  expect(Math.abs(meter.ahead() ?? 9e9)).toBeLessThan(1000)
})
