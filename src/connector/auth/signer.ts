/**
 * One way of signing requests: pure, given the time and a nonce, so its vectors are tests. What cannot sign
 * (a secret that is none) says why, and the request does not leave.
 */
import type { OutgoingRequest } from '../transport/transport.js'

export interface Signing {
  readonly keyId: string
  /** Every live secret, the first is the newest; ways that know one signature take the first. */
  readonly secrets: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly nonce: string
  readonly service: string | undefined
}

export interface Signer {
  /** Words of its block beside `secret` that it cannot do without. */
  readonly needs: readonly string[]
  sign(request: OutgoingRequest, by: Signing): OutgoingRequest | Unsigned
}

/** Why nothing was signed, for a person. */
export interface Unsigned {
  readonly because: string
}
