/** A fixed bearer token (RFC 6750). */
import { type AuthKind, fixed, secretOf, withHeader } from './auth.js'

export const bearer: AuthKind = {
  words: { token: { is: 'value', required: true } },
  open: context =>
    fixed(request => withHeader(request, 'authorization', `Bearer ${secretOf(context, 'token')}`)),
}
