/**
 * Finds the credential where the document's security schemes put it and lets the vendor judge it. An operation
 * is open only where its document says so.
 */
import type { Operation, SecurityScheme } from './document.js'
import type { AuthCheck, Call, Credential } from './types.js'
import { VendorProblem } from './types.js'

type Request = Parameters<AuthCheck>[1]

function credentialOf(
  name: string,
  scheme: SecurityScheme,
  headers: Readonly<Record<string, string>>,
  query: Readonly<Record<string, unknown>>,
): Credential | undefined {
  const found = (value: string | undefined) =>
    value === undefined || value === '' ? undefined : { scheme: name, value }
  if (scheme.type === 'apiKey') {
    if (scheme.in === 'query') {
      const value = query[scheme.name ?? '']
      return found(typeof value === 'string' ? value : undefined)
    }
    return found(headers[(scheme.name ?? '').toLowerCase()])
  }
  const [word = '', rest = ''] = (headers['authorization'] ?? '').split(' ', 2)
  const basic = scheme.type === 'http' && scheme.scheme?.toLowerCase() === 'basic'
  if (word.toLowerCase() !== (basic ? 'basic' : 'bearer')) return undefined
  return found(basic ? Buffer.from(rest, 'base64').toString('utf8') : rest)
}

/** Who calls; undefined where the operation is open. @throws VendorProblem unauthenticated … */
export function authenticate(
  operation: Operation,
  schemes: Readonly<Record<string, SecurityScheme>>,
  checks: Readonly<Record<string, AuthCheck>>,
  request: Request,
  query: Readonly<Record<string, unknown>>,
): Call['who'] {
  if (operation.security.length === 0 || operation.security.some(names => names.length === 0))
    return undefined
  let refusal: VendorProblem | undefined
  for (const names of operation.security) {
    const credentials = names.map(name => {
      const scheme = schemes[name]
      return scheme && credentialOf(name, scheme, request.headers, query)
    })
    if (credentials.some(credential => credential === undefined)) continue
    try {
      let who: string | undefined
      for (const credential of credentials) {
        const check = credential && checks[credential.scheme]
        if (check && credential) who = check(credential, request)
      }
      return who
    } catch (error) {
      if (!(error instanceof VendorProblem)) throw error
      // One bearer may be a key or a token; "expired" says more than "unknown here".
      if (refusal === undefined || error.problem.kind === 'token_expired') refusal = error
    }
  }
  if (refusal) throw refusal
  throw new VendorProblem({
    kind: 'unauthenticated',
    detail: `credentials are missing; expected ${operation.security.map(names => names.join(' + ')).join(' or ')}`,
  })
}
