/** A vendor's own token call: `exchange: { operation, with, token, expires_in }`; placement from the document. */
import { HubError } from '../../kernel/errors.js'
import type { AuthKind } from './auth.js'
import { exchangedToken } from './exchanged-token.js'

export const tokenExchange: AuthKind = {
  words: { exchange: { is: 'exchange', required: true } },
  open(context) {
    const { exchange } = context.spec
    if (!exchange) throw new HubError('HUB_DEFECT', { detail: 'token_exchange without its exchange' })
    return exchangedToken(context, exchange)
  },
}
