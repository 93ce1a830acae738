import { expect, it } from 'vitest'
import { readMessage } from '../../src/pipeline/fold/read-message.js'
import { configOf, inMapping } from './rig.js'
import { TENANT } from './support.js'
import { FakeVendor } from './vendor.js'

const NEWS = 1_796_090_400_000

class Telling extends FakeVendor {
  override items() {
    return [
      { resource: 'report', event: undefined, body: {}, at: NEWS, refetch: undefined },
      { resource: 'report', event: undefined, body: { at: 7 }, at: NEWS, refetch: undefined },
      { resource: 'report', event: undefined, body: {}, refetch: undefined },
    ] as never
  }
}

it('a saying is of the time its mapping gives, else of the time the callback gives, else of none', () => {
  const mapping = inMapping('interview', (source: { at?: number }) => ({
    identity: 'r1',
    occurredAt: source.at,
  }))
  const flow = { id: 'in', connection: 'ai', resource: 'report', kind: 'interview', mapping }
  const { inputs } = readMessage(configOf([new Telling('ai')], [], [flow]), {
    tenant: TENANT,
    id: 'm1',
    connection: 'ai',
    source: 'hook',
    resource: null,
    received_at: NEWS + 1000,
    sent_at: null,
    head: {},
    body: '{}',
    state: 'new',
    verdicts: [],
    tries: 0,
  })
  expect(inputs.map(({ said }) => said.occurredAt)).toEqual([NEWS, 7, undefined])
})
