/** One way of signing requests: pure, given the time and a nonce, so its vectors are tests. */
import type { OutgoingRequest } from '../transport/transport.js'

export interface Signer {
  sign(
    request: OutgoingRequest,
    by: {
      readonly keyId: string
      readonly secret: string
      /** Milliseconds since the epoch. */
      readonly now: number
      readonly nonce: string
      readonly service: string | undefined
    },
  ): OutgoingRequest
}
