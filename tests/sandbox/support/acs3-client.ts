/** A caller that signs as Aliyun's SDK does; what is sent may be bent after the signing. */
import { createHash, randomUUID } from 'node:crypto'
import { headersToSign, signAcs3 } from '../../../src/sandbox/aliyun-sms/signature.js'

export interface SignedCall {
  readonly method?: 'GET' | 'POST'
  readonly action: string
  readonly query: Readonly<Record<string, string>>
  readonly nonce?: string
  readonly at: number
  readonly accessKeyId: string
  readonly accessKeySecret: string
  /** Headers set after the signing. */
  readonly bent?: Readonly<Record<string, string>>
}

export function signedRequest(
  base: string,
  call: SignedCall,
): { readonly url: string; readonly init: RequestInit } {
  const method = call.method ?? 'POST'
  const headers: Record<string, string> = {
    host: new URL(base).host,
    'x-acs-action': call.action,
    'x-acs-version': '2017-05-25',
    'x-acs-date': new Date(call.at).toISOString().replace(/\.\d+Z$/, 'Z'),
    'x-acs-signature-nonce': call.nonce ?? randomUUID(),
    'x-acs-content-sha256': createHash('sha256').update('').digest('hex'),
  }
  const signed = headersToSign(headers)
  const request = {
    method,
    path: '/',
    query: new Map(Object.entries(call.query)),
    headers,
    body: Buffer.alloc(0),
  }
  const signature = signAcs3(request, signed, call.accessKeySecret)
  const authorization = `ACS3-HMAC-SHA256 Credential=${call.accessKeyId},SignedHeaders=${signed.join(';')},Signature=${signature}`
  return {
    url: `${base}/?${new URLSearchParams(call.query)}`,
    init: { method, headers: { ...headers, authorization, ...call.bent } },
  }
}
