/**
 * Tencent Cloud's request signature: TC3-HMAC-SHA256 over content-type and host, under a key derived per day
 * and service. Source: docs of the vendor's API 3.0 and its SDK's common package (docs/connector.md).
 */
import { createHash, createHmac } from 'node:crypto'
import type { Signer } from './signer.js'

const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

export const tencentTc3 = {
  needs: ['key_id'],
  sign(request, { keyId, secrets: [secret = ''], now, service }) {
    const timestamp = Math.floor(now / 1000)
    const date = new Date(now).toISOString().slice(0, 10)
    // The service is the first label of the host: sms.tencentcloudapi.com; a setting says it elsewhere.
    const name = service ?? request.url.hostname.split('.')[0] ?? ''
    const contentType = request.headers['content-type'] ?? 'application/json'
    const canonical = [
      request.method,
      request.url.pathname || '/',
      request.url.search.slice(1),
      `content-type:${contentType}\nhost:${request.url.host}\n`,
      'content-type;host',
      sha256(request.body ?? ''),
    ].join('\n')
    const scope = `${date}/${name}/tc3_request`
    const text = `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256(canonical)}`
    const key = hmac(hmac(hmac(`TC3${secret}`, date), name), 'tc3_request')
    const signature = hmac(key, text).toString('hex')
    const authorization = `TC3-HMAC-SHA256 Credential=${keyId}/${scope}, SignedHeaders=content-type;host, Signature=${signature}`
    return {
      ...request,
      headers: {
        ...request.headers,
        'content-type': contentType,
        host: request.url.host,
        'x-tc-timestamp': String(timestamp),
        authorization,
      },
    }
  },
} satisfies Signer
