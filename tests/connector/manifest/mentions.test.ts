import { describe, expect, it } from 'vitest'
import { mentions } from '../../../src/connector/manifest/mentions.js'

describe('a word of a manifest', () => {
  it.each<[string, unknown]>([
    ['in a path', { with: { body: { ref: 'record.id' } } }],
    ['inside of an expression', { lookup: { where: 'item.mobile == record.data.mobile' } }],
    [
      'first on a later line of an expression',
      { where: 'item.state == "open" &&\nrecord.data.mobile == item.mobile' },
    ],
    ['after a tab', { where: 'true &&\trecord.id != ""' }],
    ['in a list', [{ steps: [{ when: 'has(record.data.email)' }] }]],
    ['as a name', { record: 'x' }],
  ])('is found %s', (_, manifest) => expect(mentions(manifest, 'record')).toBe(true))

  it.each<[string, unknown]>([
    ['as a part of another word', { operation: 'listRecords', with: { x: 'body.record_id' } }],
    ['in nothing', {}],
  ])('is not found %s', (_, manifest) => expect(mentions(manifest, 'record')).toBe(false))
})
