import { expect, it } from 'vitest'
import { connectionNamed, UNCLEAR } from '../../../src/pipeline/config/place-of.js'

const one = (name: string, connector = name) => ({ name, connector })

it.each([
  ['the speaking one of that connector', 'feishu', one('beijing', 'feishu'), 'beijing'],
  ['the speaking one, although another is so named', 'feishu', one('beijing', 'feishu'), 'beijing'],
  ['the one so named', 'shanghai', one('ehr'), 'shanghai'],
  ['the only one of that connector', 'nova', one('ehr'), 'ai'],
  ['the one named as another’s connector', 'acme', one('ehr'), 'acme'],
])('leads to %s', (_what, system, speaking, name) => {
  const all = [one('ehr'), one('beijing', 'feishu'), one('shanghai', 'feishu'), one('ai', 'nova')]
  const others = [...all, one('old', 'acme'), one('acme', 'other')]
  expect(connectionNamed(system, speaking, others)).toMatchObject({ name })
})

it('leads nowhere where there is none, and is unclear where there are two', () => {
  const all = [one('beijing', 'feishu'), one('shanghai', 'feishu')]
  expect(connectionNamed('nova', one('ehr'), all)).toBeUndefined()
  expect(connectionNamed('feishu', one('ehr'), all)).toBe(UNCLEAR)
  expect(connectionNamed('feishu', undefined, all)).toBe(UNCLEAR)
})
