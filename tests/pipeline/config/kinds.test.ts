import { expect, it } from 'vitest'
import { KINDS } from '../../../src/model/kinds.js'
import { stateOrder } from '../../../src/pipeline/config/kinds.js'

/** Words that are no step of any way: who is there has reached nothing by it. */
const BESIDE: Readonly<Record<string, readonly string[]>> = {
  application: ['rejected', 'withdrawn'],
  interview: ['cancelled', 'no_show', 'expired'],
  notification: ['failed'],
  offer: ['rejected', 'declined', 'withdrawn'],
  position: [],
  training_plan: ['cancelled', 'dropped'],
}

const words = (kind: string) =>
  Object.values(KINDS.get(kind)?.machines ?? {}).flatMap(machine => Object.keys(machine.order))

it('knows of every kind with states which words lie beside its way', () => {
  const kinds = [...KINDS.keys()].filter(kind => words(kind).length > 0)
  expect(kinds.sort()).toEqual(Object.keys(BESIDE).sort())
  for (const kind of kinds) {
    const beside = words(kind).filter(word => stateOrder(kind, word) === undefined)
    expect([kind, beside.sort()]).toEqual([kind, [...(BESIDE[kind] ?? [])].sort()])
  }
})

it('orders the words on the way, and every word of the schema has a place', () => {
  const place = (kind: string, word: string) => stateOrder(kind, word) ?? Number.NaN
  expect(place('training_plan', 'completed')).toBeGreaterThan(place('training_plan', 'active'))
  expect(place('application', 'hired')).toBeGreaterThan(place('application', 'offer'))
  expect(place('offer', 'accepted')).toBeGreaterThan(place('offer', 'approved'))
  for (const { kind, schema, machines } of KINDS.values())
    for (const [path, machine] of Object.entries(machines)) {
      if (path.includes('.')) continue
      const member = schema.properties[path] as { readonly enum?: readonly string[] } | undefined
      expect([kind, Object.keys(machine.order).sort()]).toEqual([kind, [...(member?.enum ?? [])].sort()])
    }
})
