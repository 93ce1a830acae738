import { describe, expect, it } from 'vitest'
import { described } from '../../../src/pipeline/config/described.js'
import { jsonSchemas, meaningsOf } from '../../../src/pipeline/config/json-schemas.js'

describe('the words of an integrator’s files', () => {
  it.each(Object.entries(jsonSchemas()))(
    'each have a meaning, and each meaning a word: %s',
    (name, schema) => {
      expect(described(schema, {}).missing).toEqual([])
      // Undescribed again, so that every meaning is looked for.
      const bare = JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
        key === 'description' && typeof value === 'string' ? undefined : value,
      ) as typeof schema
      expect(described(bare, meaningsOf(name)).unused).toEqual([])
    },
  )

  it('keep what their own schema says, and take the meaning of their path before that of the word', () => {
    const schema = {
      type: 'object',
      properties: {
        own: { type: 'string', description: 'says it' },
        list: { type: 'array', items: { anyOf: [{ properties: { word: {} } }, { type: 'string' }] } },
        word: {},
        strange: {},
      },
      additionalProperties: { properties: { word: {} } },
    }
    const done = described(schema, {
      word: 'everywhere',
      'list.word': 'here',
      own: 'not asked',
      list: 'several',
    })
    expect(done).toEqual({
      schema: {
        type: 'object',
        properties: {
          own: { type: 'string', description: 'says it' },
          list: {
            type: 'array',
            description: 'several',
            items: { anyOf: [{ properties: { word: { description: 'here' } } }, { type: 'string' }] },
          },
          word: { description: 'everywhere' },
          strange: {},
        },
        additionalProperties: { properties: { word: { description: 'everywhere' } } },
      },
      missing: ['strange'],
      unused: ['own'],
    })
  })
})
