/**
 * Rings on Redis or Valkey through ioredis: one server, a Cluster (several addresses with commas) or Sentinel
 * (`redis+sentinel://host:26379,host:26379/name`). Keys carry a hash tag, so a Cluster keeps them in one slot.
 */
import { Queue, Worker } from 'bullmq'
import { Cluster, Redis } from 'ioredis'
import type { Carrier } from './carrier.js'

const CONNECT_TIMEOUT_MS = 5_000
const RETRY_AT_MOST_MS = 2_000

const retryStrategy = (times: number) => Math.min(times * 50, RETRY_AT_MOST_MS)

export function carryOnRedis(url: string, prefix: string, onError: (error: Error) => void): Carrier {
  const tag = `{${prefix}}`
  // A ring fails at once while Redis is away; a listener waits for it to come back.
  const ringing = connect(url, { enableOfflineQueue: false, maxRetriesPerRequest: 1 })
  const listening = connect(url, { enableOfflineQueue: true, maxRetriesPerRequest: null })
  ringing.on('error', onError)
  listening.on('error', onError)
  return {
    name: 'redis',
    queue: options => new Queue('rings', { ...options, prefix: tag, connection: ringing }),
    worker: (processor, options) =>
      new Worker('rings', processor, { ...options, prefix: tag, connection: listening }),
    ping: () => ringing.ping(),
    async close() {
      ringing.disconnect()
      listening.disconnect()
    },
  }
}

interface Patience {
  readonly enableOfflineQueue: boolean
  /** Null: a command waits for Redis to come back. */
  readonly maxRetriesPerRequest: number | null
}

function connect(url: string, patience: Patience): Redis | Cluster {
  const options = { ...patience, connectTimeout: CONNECT_TIMEOUT_MS }
  if (url.startsWith('redis+sentinel://')) {
    const { hosts, path, username, password } = addresses(url)
    const [name = 'mymaster', db = '0'] = path.split('/')
    return new Redis({
      ...options,
      sentinels: hosts,
      name,
      db: Number(db),
      retryStrategy,
      sentinelRetryStrategy: retryStrategy,
      ...credentials(username, password),
    })
  }
  if (url.includes(',')) {
    const { hosts, username, password, tls } = addresses(url)
    return new Cluster(hosts, {
      clusterRetryStrategy: retryStrategy,
      enableOfflineQueue: patience.enableOfflineQueue,
      redisOptions: { ...options, ...credentials(username, password), ...(tls ? { tls: {} } : {}) },
    })
  }
  return new Redis(url, { ...options, retryStrategy })
}

/** `scheme://user:password@host:port,host:port/path`: URL itself takes one host only. */
function addresses(url: string) {
  const end = url.indexOf('://') + 3
  const slash = url.indexOf('/', end)
  const authority = url.slice(end, slash < 0 ? undefined : slash)
  const at = authority.lastIndexOf('@')
  const [username = '', password = ''] = authority
    .slice(0, Math.max(at, 0))
    .split(':')
    .map(decodeURIComponent)
  const hosts = authority
    .slice(at + 1)
    .split(',')
    .map(text => {
      const { hostname, port } = new URL(`redis://${text}`)
      return { host: hostname, port: port === '' ? undefined : Number(port) }
    })
    .map(({ host, port }) => (port === undefined ? { host, port: 6379 } : { host, port }))
  return {
    hosts,
    path: slash < 0 ? '' : url.slice(slash + 1),
    username,
    password,
    tls: url.startsWith('rediss:'),
  }
}

function credentials(username: string, password: string): { username?: string; password?: string } {
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) }
}
