/** HTTP Basic (RFC 7617): the vendor sends a user name and password agreed on. */
import { anySecret, genuine, rejected, sameSecret, secretsOf, type VerifyScheme } from './scheme.js'

export const basic: VerifyScheme = {
  words: { username: { is: 'value', required: true }, password: { is: 'value', required: true } },
  verify(request, context) {
    const given = /^basic ([A-Za-z0-9+/=]{1,1024})$/i.exec(request.headers['authorization'] ?? '')?.[1]
    if (given === undefined) return rejected('CONNECTOR_SIGNATURE_MISSING')
    const pair = Buffer.from(given, 'base64').toString('utf8')
    const name = secretsOf(context, 'username')[0] ?? ''
    const fits = anySecret(secretsOf(context, 'password'), password =>
      sameSecret(pair, `${name}:${password}`),
    )
    return fits ? genuine : rejected('CONNECTOR_SIGNATURE_WRONG')
  },
}
