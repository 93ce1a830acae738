/**
 * The address is one that we gave away (`callback_url`): unguessable, and bound to one delivery. For vendors that sign
 * nothing and say nothing but "it is done".
 */
import { genuine, rejected, type VerifyScheme } from './scheme.js'

export const returnAddress: VerifyScheme = {
  words: {},
  // What the address leads to was worked out at the door: only the hub's own key tells a genuine one.
  verify: request => (request.delivery ? genuine : rejected('CONNECTOR_SIGNATURE_MISSING')),
}
