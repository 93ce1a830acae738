import { describe, expect, it } from 'vitest'
import { hideSecrets } from '../../src/connector/operation/mask.js'

describe('a shown request', () => {
  const hide = hideSecrets(
    { app_id: 'app_1', secret: 'a"b c&d', rotated: ['first-secret', 'second-secret'], short: 'abc' },
    ['secret', 'rotated', 'short', 'absent'],
  )

  it.each([
    ['as it is', 'x=a"b c&d', 'x=••••'],
    ['in an address', 'https://x/?key=a%22b%20c%26d&z', 'https://x/?key=••••&z'],
    ['in JSON', '{"s":"a\\"b c&d"}', '{"s":"••••"}'],
    ['what is no secret', 'app_1', 'app_1'],
    ['what is too short to be one', 'abcdef', 'abcdef'],
  ])('hides a secret setting %s', (_where, text, shown) => {
    expect(hide(text)).toBe(shown)
  })

  it('hides each of several live secrets', () => {
    expect(hide('first-secret, second-secret')).not.toMatch(/first|second/)
  })
})
