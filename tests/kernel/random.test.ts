import { expect, it } from 'vitest'
import { freshBytes } from '../../src/kernel/random.js'

it('hands each byte out once, also across blocks', () => {
  const drawn = Array.from({ length: 2000 }, () => freshBytes(16).toString('hex'))
  expect(new Set(drawn).size).toBe(drawn.length)
})

it('a writer to what it got touches nobody else’s', () => {
  const one = freshBytes(12)
  const before = freshBytes(12)
  const kept = before.toString('hex')
  one.fill(0)
  expect(before.toString('hex')).toBe(kept)
  expect(one).toHaveLength(12)
})
