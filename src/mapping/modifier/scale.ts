/**
 * `scale: [from, to]`: a number of one range as a number of another, decimally exact (85 of 100 is 8.5 of 10).
 * Numbers or paths; below zero or above `from` is refused.
 */
import { Decimal } from 'decimal.js'
import type { Json } from '../../kernel/json.js'
import { Refusal } from '../refusal.js'
import { partOf } from '../rule/context.js'
import type { Frame, RuleFn } from '../rule/frame.js'
import { mayBe } from '../schema.js'
import type { Modifier, ModifierInput } from './modifier.js'

const NUMERIC = /^-?\d{1,15}(\.\d{1,15})?$/

export const scale: Modifier = {
  word: 'scale',
  words: [],
  compile(input, value) {
    const { spot, cx, type } = input
    const at = [...spot.at, 'scale']
    if (!Array.isArray(value) || value.length !== 2) {
      cx.list.add('MAPPING_RULE_INVALID', at, '`scale` is [from, to]: two numbers or paths')
      return undefined
    }
    if (!mayBe(type, 'number') && !mayBe(type, 'string'))
      cx.list.add('MAPPING_TYPE_UNFIT', at, 'only numbers can be scaled')
    const [from, to] = [bound(input, value[0] ?? null, 0), bound(input, value[1] ?? null, 1)]
    return {
      type: { type: 'number' },
      run: (given, frame) => scaled(numberOf(given), boundAt(from, frame), boundAt(to, frame)),
    }
  },
}

function bound({ spot, scope, cx }: ModifierInput, value: Json, index: number): number | RuleFn {
  if (typeof value !== 'number') return cx.rule(value, partOf(spot, 'scale', index), scope, cx).run
  if (!(value > 0))
    cx.list.add('MAPPING_RULE_INVALID', [...spot.at, 'scale', index], 'a range is greater than 0')
  return value
}

function boundAt(bound: number | RuleFn, frame: Frame): number {
  if (typeof bound === 'number') return bound
  const value = bound(frame)
  const size = value === undefined || value === null ? NaN : numberOf(value)
  if (!(size > 0)) throw new Refusal('MAPPING_VALUE_INVALID', value, 'a range greater than 0')
  return size
}

function numberOf(value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (typeof value === 'string' && NUMERIC.test(value.trim())) return Number(value)
  throw new Refusal('MAPPING_TYPE_MISMATCH', value, 'a number to scale')
}

export function scaled(value: number, from: number, to: number): number {
  if (value < 0 || value > from) throw new Refusal('MAPPING_VALUE_RANGE', value, `a number from 0 to ${from}`)
  return exactScale(value, from, to)
}

const POWERS = [1, 10, 100, 1000, 10_000]

/** Whole numbers below 2^53 multiply exactly and divide to the nearest double; only what is longer needs decimals. */
export function exactScale(value: number, from: number, to: number): number {
  if (Number.isInteger(from) && Number.isInteger(to)) {
    if (Number.isInteger(value) && Number.isSafeInteger(value * to)) return (value * to) / from
    for (const power of POWERS) {
      const whole = Math.round(value * power)
      if (whole / power !== value) continue
      const product = whole * to
      const divisor = from * power
      if (Number.isSafeInteger(product) && Number.isSafeInteger(divisor)) return product / divisor
      break
    }
  }
  return new Decimal(value).times(to).div(from).toNumber()
}
