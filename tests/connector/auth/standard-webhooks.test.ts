/** The sending side of Standard Webhooks, by the vectors of its own package and against our own receiving side. */
import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { standardWebhooks } from '../../../src/connector/auth/standard-webhooks.js'
import type { OutgoingRequest } from '../../../src/connector/transport/transport.js'
import type { VerifyContext } from '../../../src/connector/verify/scheme.js'
import { standardWebhooks as receiver } from '../../../src/connector/verify/standard-webhooks.js'

const OLD = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const NEW = 'whsec_bmV3LXNlY3JldC1uZXctc2VjcmV0LTI0Kw=='

const outgoing = (id: string | undefined, body: string | undefined): OutgoingRequest => ({
  method: 'POST',
  url: new URL('https://receiver.example/hook'),
  headers: id === undefined ? {} : { 'webhook-id': id },
  body,
  timeoutMs: 1000,
  maxBytes: 1000,
  allowPrivate: false,
})
const sign = (
  id: string | undefined,
  seconds: number,
  body: string | undefined,
  secrets: readonly string[] = [OLD],
) =>
  standardWebhooks.sign(outgoing(id, body), {
    keyId: '',
    secrets,
    now: seconds * 1000 + 999,
    nonce: 'n',
    service: undefined,
  })
const headersOf = (signed: ReturnType<typeof sign>) => {
  if ('because' in signed) throw new Error(signed.because)
  return signed.headers
}

describe('Standard Webhooks, sending', () => {
  it.each([
    [
      'the vector of the package',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1614265330,
      '{"test": 2432232314}',
      [OLD],
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    ],
    [
      'Chinese in the body',
      'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
      1674087231,
      '{"type":"interview.scheduled","data":{"name":"张三"}}',
      [OLD],
      'v1,yYaM1MtZRvmRwHO/WXs2fvl9pnKCs7ocTfKOkfZcuzk=',
    ],
    [
      'two live secrets',
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1614265330,
      '{"test": 2432232314}',
      [NEW, OLD],
      'v1,K42xDAfLBLngTLekD3+w4o/+DsJlXNjuGwL5Ia1MisE= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    ],
  ])('signs as %s', (_, id, seconds, body, secrets, signature) => {
    expect(headersOf(sign(id, seconds, body, secrets))).toEqual({
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': signature,
    })
  })

  it('is taken by our own receiver under either secret, and not with another body', () => {
    const headers = headersOf(sign('msg_1', 1_800_000_000, '{"a":1}', [NEW, OLD]))
    const verify = (secret: string, body: string) => {
      const context: VerifyContext = {
        words: {},
        values: { secret },
        now: 1_800_000_030_000,
        random: () => Buffer.alloc(16),
        acceptUnsigned: false,
      }
      const request = {
        method: 'POST',
        tail: '',
        query: {},
        headers,
        body: Buffer.from(body),
        receivedAt: 1_800_000_030_000,
      }
      return receiver.verify(request, context).is
    }
    expect(verify(OLD, '{"a":1}')).toBe('genuine')
    expect(verify(NEW, '{"a":1}')).toBe('genuine')
    expect(verify(OLD, '{"a":2}')).toBe('rejected')
  })

  it.each([
    ['no secret', 'msg_1', []],
    ['a secret without its prefix', 'msg_1', [OLD.slice('whsec_'.length)]],
    ['a secret of 23 bytes', 'msg_1', [`whsec_${Buffer.alloc(23).toString('base64')}`]],
    ['a secret of 65 bytes', 'msg_1', [`whsec_${Buffer.alloc(65).toString('base64')}`]],
    ['one bad secret beside a good one', 'msg_1', [OLD, 'whsec_***']],
    ['no id', undefined, [OLD]],
  ])('signs nothing with %s', (_, id, secrets) => {
    expect(sign(id, 1, '{}', secrets)).toEqual({ because: expect.any(String) })
  })

  it.each(['whsec_', '!!!!', '密钥密钥密钥', 'whsec_c2hvcnQ='])(
    'nobody is let in by a secret that is none: %s',
    secret => {
      const timestamp = String(Math.floor(Date.now() / 1000))
      const forged = createHmac('sha256', '').update(`m.${timestamp}.{}`).digest('base64')
      const verdict = receiver.verify(
        {
          method: 'POST',
          tail: '',
          query: {},
          headers: { 'webhook-id': 'm', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${forged}` },
          body: Buffer.from('{}'),
          receivedAt: Date.now(),
        },
        {
          words: {},
          values: { secret },
          now: Date.now(),
          random: () => Buffer.alloc(16),
          acceptUnsigned: false,
        } as VerifyContext,
      )
      expect(verdict).toEqual({ is: 'rejected', code: 'CONNECTOR_SIGNATURE_WRONG' })
    },
  )
})
