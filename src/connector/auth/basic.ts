/** User name and password (RFC 7617); the password may be empty, as where a key stands alone before the colon. */
import { type AuthKind, fixed, secretOf, withHeader } from './auth.js'

export const basic: AuthKind = {
  words: { username: { is: 'value', required: true }, password: { is: 'value' } },
  open: context =>
    fixed(request => {
      const pair = `${secretOf(context, 'username')}:${secretOf(context, 'password')}`
      return withHeader(request, 'authorization', `Basic ${Buffer.from(pair).toString('base64')}`)
    }),
}
