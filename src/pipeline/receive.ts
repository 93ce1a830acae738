/**
 * RECEIVE: verify, store, acknowledge. The answer goes out after the commit that holds the message; requests share
 * a commit, and where nothing is wrong the same commit folds it and wants its deliveries.
 */
import { createHash } from 'node:crypto'
import type { HttpAnswer, RawRequest } from '../connector/types.js'
import { createBatcher } from '../kernel/batcher.js'
import { type Code, HubError, isHubError } from '../kernel/errors.js'
import { newId } from '../kernel/ids.js'
import { storable } from '../kernel/json.js'
import { insertMessages, noteSeen } from '../ledger/messages.js'
import { countRefusal } from '../ledger/refusals.js'
import type { MessageRow } from '../ledger/schema.js'
import { addressesIn } from './attach.js'
import type { ConnectionConfig, TenantConfig } from './config/types.js'
import { type Folded, foldBatch } from './fold/fold-batch.js'
import { readMessage, rememberBody } from './fold/read-message.js'
import { withRaces } from './fold/run-fold.js'
import type { Parts } from './parts.js'
import { returnedTo } from './return-address.js'

export interface Receiver {
  /**
   * A vendor's callback, from raw bytes to the answer it expects.
   * @throws HubError: of status 401 for an unknown hook and a bad signature alike; LEDGER_AWAY when nothing can be stored
   */
  receive(hook: string, request: RawRequest): Promise<HttpAnswer>
  /** Stores and folds a message of any other source. @returns it with its verdicts */
  take(tenant: string, message: MessageRow): Promise<MessageRow>
  /** Where a hook leads; undefined = nowhere. */
  find(hook: string): ConnectionConfig | undefined
  readonly load: number
}

interface Incoming {
  readonly config: TenantConfig
  readonly message: MessageRow
  readonly dedupe: string | undefined
  /** Names the signed attempt; seen before, it is a replay. */
  readonly once: string | undefined
}

/** What was kept, or that it was kept before under this very signature. */
type Stored = MessageRow | 'replayed'

/** Messages in one commit: more adds latency and no rate (256 measured best on two cores). */
const MOST = 256
/** Headers that mappings of callbacks may need; secrets and cookies are not kept. */
const DROPPED_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key'])

/** @param onStored told of messages that were kept and could not be folded with the rest of their batch */
export function createReceiver(
  parts: Parts,
  onFolded: (tenant: string, folded: Folded) => void,
  onStored: (tenant: string, ids: readonly string[]) => void,
): Receiver {
  const { ledger, clock } = parts
  const incoming = createBatcher<Incoming, Stored>({
    most: MOST,
    halve: error => !(isHubError(error) && error.kind === 'unreachable'),
    flush: async items => {
      const stored = new Map<string, Stored>()
      for (const [tenant, batch] of byTenant(items)) {
        const { messages, replayed } = await store(tenant, batch)
        for (const message of messages) stored.set(message.id, message)
        for (const { message } of replayed) stored.set(message.id, 'replayed')
      }
      return items.map(({ message }) => stored.get(message.id) ?? message)
    },
  })

  async function store(
    tenant: string,
    batch: readonly Incoming[],
  ): Promise<{ messages: readonly MessageRow[]; replayed: readonly Incoming[] }> {
    const config = batch[0]?.config
    if (!config) return { messages: [], replayed: [] }
    try {
      const folded = await withRaces(ledger, async tx => {
        const seen = await notSeen(tx, batch)
        const fresh = seen.fresh.map(({ message }) => message)
        const pointing = fresh.filter(message => addressesIn(config, message).length > 0)
        const whole = fresh.filter(message => !pointing.includes(message))
        const done = await foldBatch(
          tx,
          parts,
          config,
          whole.map(message => readMessage(config, message)),
          false,
        )
        // Files are fetched outside of any transaction; the message is safe by then.
        await insertMessages(tx, pointing)
        const released = [...done.released, ...pointing.map(message => message.id)]
        return { ...done, released, messages: [...done.messages, ...pointing], replayed: seen.replayed }
      })
      onFolded(tenant, folded)
      return folded
    } catch (error) {
      // A commit nobody answered may have happened: the vendor says it again, and is known by its event then.
      if (isHubError(error) && (error.kind === 'unreachable' || error.kind === 'unknown')) throw error
      parts.log.error(
        { tenant, messages: batch.length, error: error instanceof Error ? error.stack : String(error) },
        'receive.fold-failed',
      )
      // What cannot be folded is kept all the same, and folded by itself: the culprit is found, the others lose nothing.
      const kept = await ledger.transaction(async tx => {
        const { fresh, replayed } = await notSeen(tx, batch)
        const messages = fresh.map(({ message }) => message)
        await insertMessages(tx, messages)
        return { messages, replayed }
      })
      onStored(
        tenant,
        kept.messages.map(message => message.id),
      )
      return kept
    }
  }

  /** In the commit that holds the message: an honest repeat after a commit that failed is new. */
  async function notSeen(
    tx: Parameters<typeof noteSeen>[0],
    batch: readonly Incoming[],
  ): Promise<{ fresh: readonly Incoming[]; replayed: readonly Incoming[] }> {
    const keyed = batch.flatMap(incoming => {
      const { tenant, connection, received_at: at } = incoming.message
      return keysOf(incoming).map(key => ({ tenant, connection, key, at }))
    })
    if (keyed.length === 0) return { fresh: batch, replayed: [] }
    const unseen = await noteSeen(tx, keyed)
    // Twice in one batch: the first takes the key.
    const takes = (incoming: Incoming, key: string | undefined) =>
      key === undefined || unseen.delete(`${incoming.message.connection}\n${key}`)
    const fresh: Incoming[] = []
    const replayed: Incoming[] = []
    for (const incoming of batch) {
      if (!takes(incoming, signatureKey(incoming))) replayed.push(incoming)
      else if (takes(incoming, incoming.dedupe)) fresh.push(incoming)
    }
    return { fresh, replayed }
  }

  function locate(hook: string): { config: TenantConfig; connection: ConnectionConfig } | undefined {
    for (const config of parts.tenants()) {
      for (const connection of config.connections.values())
        if (connection.hook === hook) return { config, connection }
    }
    return undefined
  }

  async function refuse(tenant: string, connection: string, code: Code): Promise<never> {
    await countRefusal(ledger, tenant, connection, code, clock.now())
    parts.log.warn({ tenant, connection, code }, 'receive.refused')
    throw new HubError(code, { detail: 'the callback is not signed as agreed' })
  }

  return {
    async receive(hook, request) {
      const found = locate(hook)
      if (!found) throw new HubError('HTTP_HOOK_REFUSED', { detail: 'the callback is not signed as agreed' })
      const { config, connection } = found
      const delivery = await returnedTo(parts, config.tenant, connection.name, request.tail)
      const opened = await connection.connection.open(delivery ? { ...request, delivery } : request)
      if (opened.verdict === 'rejected') return refuse(config.tenant, connection.name, opened.code)
      if (opened.verdict === 'challenge') return opened.answer
      const { method, tail, query, headers } = request
      const kept = Object.fromEntries(Object.entries(headers).filter(([name]) => !DROPPED_HEADERS.has(name)))
      const message: MessageRow = {
        tenant: config.tenant,
        id: newId('message', clock),
        connection: connection.name,
        source: 'hook',
        resource: null,
        received_at: request.receivedAt,
        sent_at: null,
        head: {
          method,
          tail: opened.secretTail || delivery ? '' : storable(tail),
          ...(delivery && { returned: { ...delivery } }),
          query: texts(query),
          headers: texts(kept),
        },
        body: JSON.stringify(opened.body),
        state: 'new',
        verdicts: [],
        tries: 0,
      }
      rememberBody(message, opened.body)
      const stored = await incoming.add({
        config,
        dedupe: opened.dedupe === undefined ? undefined : storable(opened.dedupe),
        once: opened.once,
        message,
      })
      if (stored === 'replayed') return refuse(config.tenant, connection.name, 'CONNECTOR_SIGNATURE_REPLAYED')
      return opened.answer
    },
    async take(tenant, message) {
      const bare = { config: parts.config(tenant), message, dedupe: undefined, once: undefined }
      const stored = await incoming.add(bare)
      return stored === 'replayed' ? message : stored
    },
    find: hook => locate(hook)?.connection,
    get load() {
      return incoming.load
    },
  }
}

/** Hashed: a signature may be long and holds what the vendor says. */
const signatureKey = ({ once }: Incoming) =>
  once === undefined ? undefined : `signature ${createHash('sha256').update(once).digest('base64url')}`

const keysOf = (incoming: Incoming) =>
  [signatureKey(incoming), incoming.dedupe].filter(key => key !== undefined)

const texts = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([name, text]) => [storable(name), storable(text)]))

function byTenant(items: readonly Incoming[]): [string, Incoming[]][] {
  const groups = new Map<string, Incoming[]>()
  for (const item of items) groups.set(item.config.tenant, [...(groups.get(item.config.tenant) ?? []), item])
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1))
}
