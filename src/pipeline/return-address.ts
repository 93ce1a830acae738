/**
 * The return address of a delivery (`callback_url`): the hook of its connection, then the delivery and a keyed hash of
 * it. Whoever calls it knows it from us alone; it says which thing the news is about where the vendor does not.
 */
import { timingSafeEqual } from 'node:crypto'
import type { ReturnedTo } from '../connector/types.js'
import { HubError } from '../kernel/errors.js'
import type { Sealer } from '../kernel/seal.js'
import type { Ledger } from '../ledger/engine/types.js'
import { deliveriesById } from '../ledger/find-life.js'

const LENGTH = 32
const TAIL = /^\/d\/([a-z]+_[0-9a-z]{1,64})\.([0-9a-f]{32})\/?$/
/** By then the answer that our own create waits for has long been settled. */
const WAIT_MS = 5000

/** No other hash of the sealer's is over words that begin so. */
const words = (tenant: string, delivery: string) => `return address\n${tenant}/${delivery}`

/** What follows /hooks/{hook}. */
export function returnTail(sealer: Pick<Sealer, 'blind'>, tenant: string, delivery: string): string {
  return `/d/${delivery}.${sealer.blind(words(tenant, delivery)).slice(0, LENGTH)}`
}

/**
 * @returns undefined where the tail is no return address of this connection
 * @throws HubError PIPELINE_DELIVERY_UNDERWAY where the news overtook the answer that names the thing: say it again
 */
export async function returnedTo(
  { ledger, sealer }: { readonly ledger: Ledger; readonly sealer: Pick<Sealer, 'blinds'> },
  tenant: string,
  connection: string,
  tail: string,
): Promise<ReturnedTo | undefined> {
  const [, delivery = '', given = ''] = TAIL.exec(tail) ?? []
  if (delivery === '') return undefined
  const own = sealer.blinds(words(tenant, delivery)).map(hash => Buffer.from(hash.slice(0, LENGTH)))
  if (!own.some(hash => timingSafeEqual(hash, Buffer.from(given)))) return undefined
  const [row] = await deliveriesById(ledger, tenant, [delivery])
  if (!row || row.connection !== connection) return undefined
  if (row.external_id === null)
    throw new HubError('PIPELINE_DELIVERY_UNDERWAY', {
      detail: 'the call that made it is not answered yet',
      wait: WAIT_MS,
    })
  return { resource: row.resource, id: row.external_id }
}
