/** What the HTTP door is given of the hub, who is calling, and the types that routes are written in. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider } from 'fastify'
import type { Static, TSchema } from 'typebox'
import type { Hub } from '../hub.js'
import type { ApiKey, Scope } from '../pipeline/keys.js'

/** The parts of the hub that are served; a test may put them together by hand. */
export type ServedHub = Pick<Hub, 'channel' | 'pipeline' | 'parts' | 'log' | 'onPublished'> &
  Partial<Pick<Hub, 'catalogOf'>>

export interface AppOptions {
  /** Callbacks and sayings waiting for their commit above which the door answers 503. */
  readonly mostLoad?: number
  /** Streams of the feed open at a time. */
  readonly mostStreams?: number
  /** Whether figures of the process itself (memory, event loop) are among the metrics. */
  readonly processMetrics?: boolean
}

/** TypeBox schemas are the types of what a handler gets and gives. */
interface SchemaTypes extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  serializer: unknown
}

export type App = FastifyInstance<Server, IncomingMessage, ServerResponse, FastifyBaseLogger, SchemaTypes>

export type Caller = ApiKey

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a key must be allowed for this route; every route under /v1 names one. */
    readonly scope?: Scope
  }
  interface FastifyRequest {
    /** Milliseconds since the epoch when its first byte was read. */
    arrivedAt: number
    /** Who is calling; set under /v1 alone. */
    caller: Caller | null
  }
}
