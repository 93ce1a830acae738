/** The registry of auth kinds: a new one is a file of its own and a row here. */
import { apiKey } from './api-key.js'
import type { AuthKind } from './auth.js'
import { basic } from './basic.js'
import { bearer } from './bearer.js'
import { none } from './none.js'
import { oauth2ClientCredentials } from './oauth2-client-credentials.js'
import { requestSignature } from './request-signature.js'
import { tokenExchange } from './token-exchange.js'

export const AUTH_KINDS: Readonly<Record<string, AuthKind>> = {
  none,
  api_key: apiKey,
  basic,
  bearer,
  oauth2_client_credentials: oauth2ClientCredentials,
  token_exchange: tokenExchange,
  request_signature: requestSignature,
}
