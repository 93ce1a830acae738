/** The address itself is the secret: the tail of the path must be it. For vendors that sign nothing. */
import { anySecret, genuine, rejected, sameSecret, secretsOf, type VerifyScheme } from './scheme.js'

export const secretPath: VerifyScheme = {
  words: { secret: { is: 'value', required: true } },
  verify(request, context) {
    const given = request.tail.replace(/^\/|\/$/g, '')
    if (given === '') return rejected('CONNECTOR_SIGNATURE_MISSING')
    const fits = anySecret(secretsOf(context, 'secret'), secret => sameSecret(secret, given))
    return fits ? { ...genuine, secretTail: true } : rejected('CONNECTOR_SIGNATURE_WRONG')
  },
}
