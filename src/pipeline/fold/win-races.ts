/** What a batch makes must be its own: links and identity keys are taken here, and who comes second starts over. */
import { HubError } from '../../kernel/errors.js'
import { noteFindings } from '../../ledger/findings.js'
import {
  countServed,
  type IdentityKey,
  identityText,
  proposeMerges,
  takeIdentities,
} from '../../ledger/identity.js'
import { insertLinks } from '../../ledger/write-fold.js'
import { autoKeys, MOST_SERVED } from './identity-keys.js'
import type { Placed } from './place.js'
import { keysOf, type World } from './world.js'

/** New links and the identity keys of new records must be ours; where another process was faster, the batch starts over. */
export async function winRaces(world: World, placed: readonly Placed[]): Promise<void> {
  const { tx, config, clock } = world
  const wanted = placed.flatMap(({ input, located, fields }) => {
    const keys = keysOf(world, input.kind, fields)
    const sure = autoKeys(input.kind, keys, input.said.autoMerge)
    return keys.flatMap(key => {
      const text = identityText(key)
      // What this very record was found to hold needs no second look.
      return world.identities.get(text) === located.record && !world.claimed.has(text)
        ? []
        : [{ ...key, record: located.record, auto: sure.includes(key) }]
    })
  })
  const [inserted, held] = await Promise.all([
    insertLinks(tx, [...world.newLinks.values()]),
    takeIdentities(tx, config.tenant, wanted),
  ])
  if (inserted.size < world.newLinks.size) throw raceLost()
  for (const [key, record] of world.claimed) if (held.has(key) && held.get(key) !== record) throw raceLost()
  for (const { record, auto, ...key } of wanted) {
    const holder = held.get(identityText(key))
    if (holder !== undefined && holder !== record)
      world.proposals.push({ kind: key.kind, one: holder, other: record, key: key.key, auto })
  }
  const proposed = await proposeMerges(tx, config.tenant, world.proposals, clock.now())
  await noteServed(world, [...world.joined, ...proposed])
}

/** A key that has served too many is shown once: the hub goes by it no longer. */
async function noteServed({ tx, config, clock }: World, keys: readonly IdentityKey[]): Promise<void> {
  const counted = await countServed(tx, config.tenant, keys)
  const spent = counted.filter(row => row.served >= MOST_SERVED)
  if (spent.length === 0) return
  await noteFindings(
    tx,
    config.tenant,
    spent.map(({ kind, key, record, served }) => ({
      code: 'identity_key_shared',
      about: record,
      connection: null,
      detail: { kind, key: key.replace(/:.*$/s, ''), served },
    })),
    clock.now(),
  )
}

const raceLost = () =>
  new HubError('PIPELINE_RACE_LOST', { detail: 'another process made the same link or person' })
