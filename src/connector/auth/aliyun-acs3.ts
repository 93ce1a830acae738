/**
 * Aliyun's request signature, version 3: ACS3-HMAC-SHA256 over method, path, sorted query, the x-acs-*, host
 * and content-type headers and the hash of the body. Source: openapi-util of the vendor's SDK (docs/connector.md).
 */
import { createHash, createHmac } from 'node:crypto'
import type { Signer } from './signer.js'

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')

/** RFC 3986: encodeURIComponent leaves `!'()*` as they are. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

export const aliyunAcs3 = {
  needs: ['key_id'],
  sign(request, { keyId, secrets: [secret = ''], now, nonce }) {
    const payload = sha256(request.body ?? '')
    const headers: Record<string, string> = {
      ...request.headers,
      host: request.url.host,
      'x-acs-date': new Date(now).toISOString().replace(/\.\d{3}Z$/, 'Z'),
      'x-acs-signature-nonce': nonce,
      'x-acs-content-sha256': payload,
    }
    const signed = Object.keys(headers)
      .filter(name => name === 'host' || name === 'content-type' || name.startsWith('x-acs-'))
      .sort()
    const query = [...request.url.searchParams]
      .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([name, value]) => `${encode(name)}=${encode(value)}`)
      .join('&')
    const canonical = [
      request.method,
      request.url.pathname || '/',
      query,
      ...signed.map(name => `${name}:${headers[name]?.trim()}`),
      '',
      signed.join(';'),
      payload,
    ].join('\n')
    const signature = createHmac('sha256', secret)
      .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
      .digest('hex')
    const authorization = `ACS3-HMAC-SHA256 Credential=${keyId},SignedHeaders=${signed.join(';')},Signature=${signature}`
    return { ...request, headers: { ...headers, authorization } }
  },
} satisfies Signer
