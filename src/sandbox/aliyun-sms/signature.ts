/**
 * Checks Aliyun's signature V3 (ACS3-HMAC-SHA256) as the gateway does: every `x-acs-*` header, host and
 * content-type signed, the body's hash true, the date within 15 minutes, each nonce once. Apart from the hub's own.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const ALGORITHM = 'ACS3-HMAC-SHA256'
const CLOCK_TOLERANCE = 15 * 60_000
const FORM =
  /^ACS3-HMAC-SHA256 Credential=([^,\s]{1,128}),\s?SignedHeaders=([a-z0-9;-]{1,1000}),\s?Signature=([0-9a-f]{64})$/

export interface SignedRequest {
  readonly method: string
  readonly path: string
  readonly query: ReadonlyMap<string, string>
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

/** What the gateway would say; `undefined` = the signature is good. */
export type SignatureFault =
  | 'IncompleteSignature'
  | 'InvalidAccessKeyId.NotFound'
  | 'SignatureDoesNotMatch'
  | 'InvalidTimeStamp.Expired'
  | 'SignatureNonceUsed'

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')

/** RFC 3986: encodeURIComponent leaves five characters that must be escaped too. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** Names of the headers that must be signed, sorted. */
export function headersToSign(headers: Readonly<Record<string, string>>): string[] {
  return Object.keys(headers)
    .filter(name => name === 'host' || name === 'content-type' || name.startsWith('x-acs-'))
    .sort()
}

export function signAcs3(request: SignedRequest, signed: readonly string[], secret: string): string {
  const query = [...request.query].map(([name, value]) => `${encode(name)}=${encode(value)}`).sort()
  const headers = signed.map(name => `${name}:${(request.headers[name] ?? '').trim()}\n`).join('')
  const canonical = [
    request.method,
    request.path,
    query.join('&'),
    headers,
    signed.join(';'),
    sha256(request.body),
  ].join('\n')
  return createHmac('sha256', secret)
    .update(`${ALGORITHM}\n${sha256(canonical)}`)
    .digest('hex')
}

/**
 * @param secretOf secret of an AccessKey, undefined where nobody has it
 * @param isFresh takes the nonce and says whether it was never seen
 */
export function checkAcs3(
  request: SignedRequest,
  now: number,
  secretOf: (accessKey: string) => string | undefined,
  isFresh: (nonce: string) => boolean,
): SignatureFault | undefined {
  const match = FORM.exec(request.headers['authorization'] ?? '')
  const [, accessKey, list, signature] = match ?? []
  if (accessKey === undefined || list === undefined || signature === undefined) return 'IncompleteSignature'
  const secret = secretOf(accessKey)
  if (secret === undefined) return 'InvalidAccessKeyId.NotFound'
  const signed = list.split(';')
  const missing = headersToSign(request.headers).some(
    name => name !== 'content-type' && !signed.includes(name),
  )
  if (missing || request.headers['x-acs-content-sha256'] !== sha256(request.body))
    return 'SignatureDoesNotMatch'
  const expected = Buffer.from(signAcs3(request, signed, secret))
  if (!timingSafeEqual(expected, Buffer.from(signature))) return 'SignatureDoesNotMatch'
  const date = Date.parse(request.headers['x-acs-date'] ?? '')
  if (!(Math.abs(now - date) <= CLOCK_TOLERANCE)) return 'InvalidTimeStamp.Expired'
  const nonce = request.headers['x-acs-signature-nonce'] ?? ''
  return nonce !== '' && isFresh(nonce) ? undefined : 'SignatureNonceUsed'
}
