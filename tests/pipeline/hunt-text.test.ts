import { expect, it } from 'vitest'
import { messages } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, rig } from './rig.js'

forEachEngine('text', engine => {
  it.each([
    ['a NUL', 'a\u0000b'],
    ['half a surrogate pair', 'a\ud800b'],
  ])('%s in a value is refused by name and holds up nothing', async (_what, text) => {
    const hub = rig(await engine.open(), configOf([], []))
    await hub.say('ehr', 'candidate', 'c1', { name: text })
    await hub.say('ehr', 'candidate', text, { name: 'A' })
    await hub.say('ehr', 'candidate', 'c3', { name: 'B' })
    await hub.rest()
    expect((await selectRows(hub.ledger, messages, 'order by t.id')).map(row => row.state)).toEqual([
      'invalid',
      'invalid',
      'folded',
    ])
  })
})
