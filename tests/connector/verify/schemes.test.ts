import { createCipheriv, createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { RawRequest } from '../../../src/connector/types.js'
import {
  dingtalkDecrypt,
  dingtalkEncrypt,
  dingtalkKey,
  dingtalkSignature,
} from '../../../src/connector/verify/dingtalk-cipher.js'
import { decryptFeishu } from '../../../src/connector/verify/feishu-encrypted.js'
import type { Verdict } from '../../../src/connector/verify/scheme.js'
import { VERIFY_SCHEMES } from '../../../src/connector/verify/schemes.js'
import type { Json, JsonObject } from '../../../src/kernel/json.js'

interface Case {
  readonly scheme: string
  readonly request: Partial<Omit<RawRequest, 'body'>> & { readonly body?: string | Buffer }
  readonly values?: Readonly<Record<string, Json>>
  readonly words?: JsonObject
  readonly now?: number
  readonly acceptUnsigned?: boolean
}

function verify({
  scheme,
  request,
  values = {},
  words = {},
  now = 0,
  acceptUnsigned = false,
}: Case): Verdict {
  const found = VERIFY_SCHEMES[scheme]
  if (!found) throw new Error(scheme)
  const { body = '', ...rest } = request
  const raw: RawRequest = {
    method: 'POST',
    tail: '',
    query: {},
    headers: {},
    receivedAt: now,
    ...rest,
    body: Buffer.isBuffer(body) ? body : Buffer.from(body),
  }
  return found.verify(raw, {
    words,
    values,
    now,
    random: () => Buffer.from('aaaabbbbccccdddd'),
    acceptUnsigned,
  })
}
const codeOf = (verdict: Verdict) => (verdict.is === 'rejected' ? verdict.code : verdict.is)
/** The same bytes with one of them doubled. */
const doubled = (text: string) => {
  const middle = Math.floor(text.length / 2)
  return `${text.slice(0, middle)}${text[middle]}${text.slice(middle)}`
}

const STANDARD = {
  scheme: 'standard_webhooks',
  values: { secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' },
  now: 1_614_265_330_000,
  request: {
    headers: {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    },
    body: '{"test": 2432232314}',
  },
} satisfies Case

const MOKA = {
  scheme: 'hmac',
  words: { algorithm: 'sha256', query: 'sign' },
  values: { secret: 'qwer' },
  request: {
    query: { sign: '7d6981ccf0d789e29e4f5940fe9a7e9385d8a211ad44ecaaba335fb14dd2a32d' },
    body: '{"name":"test","email":"test@mokahr.com"}',
  },
} satisfies Case

const FEISHU_BODY =
  '{"encrypt":"ABEiM0RVZneImaq7zN3u/8w0FvL82ApMW/CJkv+WEqPthyS8HMK1d+DIskEA8397iMJh+Yvb+YeAJgnVlB5rHWsP8iycrl5Omgu24ncWD07KiOZessRGFIV+oTmpfsCXrQHJT1RHNgdLTnFE9wRbEKttRhr7L1xOJcROY97C3VM2+yWoDBvO4CfM1c4rg+ryISu+aDl7SSTGyLRNcxMrLc50QjVGg0F/PFwWfEKi8OP00dohgisI6FWKqU0kjmayXq3X1scwTLzkuYg90JRehBlfFgRvIL9OR0S3Me6U+m3N7ZJch41ApqP1PAiD7zm0YHg7Oht/qn96D32cef3Mwpg3LJO4jdTTYGNgIBrxJsHSew6Tx/l7PNMSZMVwXzw9yoP0BMzdMB3+PLcNu46AXnF1ZPEwSTS9iHj3JybjeVSD3RBrv2ss/Buu+dm68C0QXx+tc941Pqgf4q3jT8vJLZ3hmwuDf/H+AZ0KHQh4Dm3cVGtcfS2vySKIYMUlK/yVZUAckbPcFv4lLdlASSe4PQ=="}'
const feishuPlain = decryptFeishu('kudryavka', (JSON.parse(FEISHU_BODY) as { encrypt: string }).encrypt)
const feishuToken = (JSON.parse(feishuPlain ?? '{}') as { header: { token: string } }).header.token
const FEISHU = {
  scheme: 'feishu_encrypted',
  values: { encrypt_key: 'kudryavka', verification_token: feishuToken },
  now: 1_690_000_000_000,
  request: {
    headers: {
      'x-lark-request-timestamp': '1690000000',
      'x-lark-request-nonce': 'nonce123',
      'x-lark-signature': '8b0f5844972f3e0b61425311296f1ed122ce3d16b8d2336b3d4f491aecd2020e',
    },
    body: FEISHU_BODY,
  },
} satisfies Case

const V4 =
  'vX4fIRZyaGG0IO7bLFB5yg9QOf2i+mzy7ll/RITwZ8UFIMfMckIFJE+L5yto0VKvgKZYbfRu4paM3uhyQRsaX1AAAr3hGwdpwaOmzSVbbqJKK81StuZ/xTct7KVVU/38CNe4dzBmCMDmGXsvNN9nHAMDZgPIf4Z19i1wlwwRivWNjMrBU7CUxLjM1r/1uwN8eZgXI6cpvzG+GtU4QYX3YqZjVAL2hdhskWVnJAiWD9PpOPbiXDsqrgpW5P4QZlxCKiR6/7uDp0BamdZRRw0MibNJwiJgXW78zKiJplrWqVwFMCkbwlfJiJYH4VPNcZ/Lce1TbUYqq2LcxVLN17jIvH5TAsxAxwE0t4u0j+7CF7HSwAKf+NZHrLlL4/yy+0AthDiDahaYG9DThYNzPApn61tGYCUzD+7gMq5n9t8lMirIhkUru6oOBawXpluYht8XkGOph+mQH2Fd0SeXcf9vCQ=='
const DING_KEY = 'TXpRMU5qYzRPVEF4TWpNME5UWTNPRGt3TVRJek5EVTI'
const DINGTALK = {
  scheme: 'dingtalk_encrypted',
  values: { token: '666666', aes_key: DING_KEY, owner: 'ding12345678901234567890123456789012' },
  now: 1_561_081_681_688,
  request: {
    query: {
      signature: '794dce4520d3bca2214297f12cc58d79c163fb01',
      timestamp: '1561081681688',
      nonce: '88888888',
    },
    body: JSON.stringify({ encrypt: V4 }),
  },
} satisfies Case

const with_ = <T extends Case>(base: T, over: Partial<Case>): Case => ({
  ...base,
  ...over,
  request: { ...base.request, ...over.request },
})

describe('verify schemes', () => {
  it.each([
    ['Standard Webhooks, the package’s own vector', STANDARD],
    [
      'Standard Webhooks with Chinese',
      with_(STANDARD, {
        now: 1_674_087_231_000,
        request: {
          headers: {
            'webhook-id': 'msg_2KWPBgLlAfxdpx2AI54pPJ85f4W',
            'webhook-timestamp': '1674087231',
            'webhook-signature': 'v1,yYaM1MtZRvmRwHO/WXs2fvl9pnKCs7ocTfKOkfZcuzk=',
          },
          body: '{"type":"interview.scheduled","data":{"name":"张三"}}',
        },
      }),
    ],
    [
      'Standard Webhooks while a secret is replaced, signed with both',
      with_(STANDARD, {
        values: { secret: 'whsec_bmV3LXNlY3JldC1uZXctc2VjcmV0LTI0Kw==' },
        request: {
          headers: {
            ...STANDARD.request.headers,
            'webhook-signature':
              'v1,K42xDAfLBLngTLekD3+w4o/+DsJlXNjuGwL5Ia1MisE= v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
          },
        },
      }),
    ],
    [
      'Standard Webhooks with two live secrets on our side',
      with_(STANDARD, {
        values: { secret: ['whsec_bmV3LXNlY3JldC1uZXctc2VjcmV0LTI0Kw==', STANDARD.values.secret] },
      }),
    ],
    ['Moka: hmac in the query', MOKA],
    [
      'Greenhouse: hmac with a prefix',
      {
        scheme: 'hmac',
        words: { algorithm: 'sha256', header: 'Signature', prefix: 'sha256 ' },
        values: { secret: 'gh_secret' },
        request: {
          headers: { signature: 'sha256 9960a88f91cb04b686de02895ae691653ac9f8963742e6652f03dea78eae3df4' },
          body: '{"action":"candidate_stage_change","payload":{"application":{"id":1,"status":"active"}}}',
        },
      },
    ],
    [
      'BambooHR: hmac over body and timestamp',
      {
        scheme: 'hmac',
        now: 1_658_248_023_000,
        words: {
          algorithm: 'sha256',
          over: ['raw_body', 'timestamp'],
          header: 'X-BambooHR-Signature',
          timestamp: { header: 'X-BambooHR-Timestamp' },
        },
        values: { secret: 'private_key' },
        request: {
          headers: {
            'x-bamboohr-timestamp': '1658248023',
            'x-bamboohr-signature': '5b24beb62a937cf2333fe297d9211a3099d245e7cc5b56158dcff4f1fc0995e1',
          },
          body: '{"employees":[{"id":"1","action":"Updated"}]}',
        },
      },
    ],
    [
      'Lever: hmac over fields of the body',
      {
        scheme: 'hmac',
        now: 1_700_000_000_000,
        words: {
          algorithm: 'sha256',
          over: ['field:token', 'field:triggeredAt'],
          field: 'signature',
        },
        values: { secret: 'lever_signing_token' },
        request: {
          body: JSON.stringify({
            token: 'd5b9a3f0',
            triggeredAt: 1_700_000_000_000,
            signature: 'bad392e3c945c7fe387c41c33c85055b9d3902c1fe29f8651c8bbbc63e15104f',
          }),
        },
      },
    ],
    ['Feishu: the signed and encrypted event', FEISHU],
    ['DingTalk: the approval event with Chinese', DINGTALK],
    [
      'an address that is the secret',
      { scheme: 'secret_path', values: { secret: 's3cret' }, request: { tail: '/s3cret' } },
    ],
    [
      'Basic',
      {
        scheme: 'basic',
        values: { username: 'u', password: ['old', 'new'] },
        request: { headers: { authorization: `Basic ${Buffer.from('u:new').toString('base64')}` } },
      },
    ],
    ['nothing, where the connection says so aloud', { scheme: 'none', acceptUnsigned: true, request: {} }],
  ] as const satisfies readonly (readonly [string, Case])[])('takes %s', (_, given) => {
    expect(codeOf(verify(given))).toBe('genuine')
  })

  const changed = (base: Case & { request: { body: string } }) =>
    with_(base, { request: { body: doubled(base.request.body) } })
  it.each([
    [
      'Standard Webhooks without a signature',
      with_(STANDARD, { request: { headers: {} } }),
      'CONNECTOR_SIGNATURE_MISSING',
    ],
    ['Standard Webhooks with one byte doubled', changed(STANDARD), 'CONNECTOR_SIGNATURE_WRONG'],
    [
      'Standard Webhooks with another secret',
      with_(STANDARD, { values: { secret: 'whsec_AAAA' } }),
      'CONNECTOR_SIGNATURE_WRONG',
    ],
    [
      'Standard Webhooks with no secret set',
      with_(STANDARD, { values: { secret: '' } }),
      'CONNECTOR_SIGNATURE_WRONG',
    ],
    [
      'Standard Webhooks six minutes late',
      with_(STANDARD, { now: STANDARD.now + 360_000 }),
      'CONNECTOR_SIGNATURE_OLD',
    ],
    [
      'Standard Webhooks from the future',
      with_(STANDARD, { now: STANDARD.now - 360_000 }),
      'CONNECTOR_SIGNATURE_OLD',
    ],
    ['hmac without a signature', with_(MOKA, { request: { query: {} } }), 'CONNECTOR_SIGNATURE_MISSING'],
    ['hmac with one byte doubled', changed(MOKA), 'CONNECTOR_SIGNATURE_WRONG'],
    [
      'hmac with its signature given twice',
      with_(MOKA, { request: { query: { sign: `${MOKA.request.query.sign}, ${MOKA.request.query.sign}` } } }),
      'CONNECTOR_SIGNATURE_WRONG',
    ],
    ['hmac with no secret set', with_(MOKA, { values: {} }), 'CONNECTOR_SIGNATURE_WRONG'],
    [
      'Feishu without a signature',
      with_(FEISHU, { request: { headers: {} } }),
      'CONNECTOR_SIGNATURE_MISSING',
    ],
    [
      'Feishu in plain text',
      with_(FEISHU, { request: { body: '{"header":{"token":"x"}}' } }),
      'CONNECTOR_SIGNATURE_MISSING',
    ],
    [
      'Feishu re-serialised',
      with_(FEISHU, { request: { body: FEISHU_BODY.replace(':', ': ') } }),
      'CONNECTOR_SIGNATURE_WRONG',
    ],
    ['Feishu with one byte doubled', changed(FEISHU), 'CONNECTOR_SIGNATURE_WRONG'],
    [
      'Feishu with another verification token',
      with_(FEISHU, { values: { ...FEISHU.values, verification_token: 'x' } }),
      'CONNECTOR_SIGNATURE_WRONG',
    ],
    ['Feishu nine hours late', with_(FEISHU, { now: FEISHU.now + 9 * 3_600_000 }), 'CONNECTOR_SIGNATURE_OLD'],
    [
      'DingTalk without a signature',
      with_(DINGTALK, { request: { query: {} } }),
      'CONNECTOR_SIGNATURE_MISSING',
    ],
    [
      'DingTalk for another owner',
      with_(DINGTALK, { values: { ...DINGTALK.values, owner: 'dingother' } }),
      'CONNECTOR_SIGNATURE_WRONG',
    ],
    [
      'DingTalk with one byte doubled',
      with_(DINGTALK, { request: { body: JSON.stringify({ encrypt: doubled(V4) }) } }),
      'CONNECTOR_SIGNATURE_WRONG',
    ],
    [
      'DingTalk nine hours late',
      with_(DINGTALK, { now: DINGTALK.now + 9 * 3_600_000 }),
      'CONNECTOR_SIGNATURE_OLD',
    ],
    [
      'an address without the secret',
      { scheme: 'secret_path', values: { secret: 's' }, request: {} },
      'CONNECTOR_SIGNATURE_MISSING',
    ],
    [
      'an address with a wrong secret',
      { scheme: 'secret_path', values: { secret: 's' }, request: { tail: '/t' } },
      'CONNECTOR_SIGNATURE_WRONG',
    ],
    [
      'Basic with a wrong password',
      {
        scheme: 'basic',
        values: { username: 'u', password: 'p' },
        request: { headers: { authorization: 'Basic dTp4' } },
      },
      'CONNECTOR_SIGNATURE_WRONG',
    ],
    [
      'Basic without anything',
      { scheme: 'basic', values: { username: 'u', password: 'p' }, request: {} },
      'CONNECTOR_SIGNATURE_MISSING',
    ],
    ['nothing, by default', { scheme: 'none', request: {} }, 'CONNECTOR_CALLBACK_UNSIGNED'],
  ] as const satisfies readonly (readonly [string, Case, string])[])('refuses %s', (_, given, code) => {
    expect(codeOf(verify(given))).toBe(code)
  })

  it('opens what Feishu encrypted', () => {
    expect(decryptFeishu('test key', 'P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=')).toBe('hello world')
    expect(decryptFeishu('test key', 'AAAA')).toBeUndefined()
    const verdict = verify(FEISHU)
    expect(verdict.is === 'genuine' && (verdict.body as { event: { status: string } }).event.status).toBe(
      'APPROVED',
    )
    expect(JSON.stringify(verdict)).not.toContain(feishuToken)
  })

  it('answers the challenge of Feishu’s console, which carries no signature', () => {
    const encrypt = feishuEncrypt(
      'kudryavka',
      JSON.stringify({ type: 'url_verification', token: feishuToken, challenge: 'c1' }),
    )
    const verdict = verify(with_(FEISHU, { request: { headers: {}, body: JSON.stringify({ encrypt }) } }))
    expect(verdict.is === 'challenge' && verdict.answer.body).toBe('{"challenge":"c1"}')
    const forged = feishuEncrypt(
      'kudryavka',
      JSON.stringify({ type: 'url_verification', token: 'x', challenge: 'c1' }),
    )
    expect(
      codeOf(verify(with_(FEISHU, { request: { headers: {}, body: JSON.stringify({ encrypt: forged }) } }))),
    ).toBe('CONNECTOR_SIGNATURE_WRONG')
  })

  it.each([
    [
      'V1',
      '123456',
      '1234567890123456789012345678901234567890123',
      '1614767836',
      'A7Co0cJLMzIDtMMI',
      'YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==',
      '9a95a004dd16f5c307e849b994173f76aa26e5eb',
      'success',
      'dingsnotzck6pm5veliw',
    ],
    [
      'V2',
      '123456',
      '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij',
      '1445827045067',
      'nEXhMP4r',
      '1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==',
      '5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0',
      '{"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4xxxxxxxxxxxxxxx"}',
      'suite4xxxxxxxxxxxxxxx',
    ],
    [
      'V3',
      '666666',
      DING_KEY,
      '1561081681688',
      '88888888',
      'vX4fIRZyaGG0IO7bLFB5yvsMjZkiEv2CS8JLAqRVelUHInjMVee9spSrDdnJNMxEe8EtqQ68fe5Grlz78LchUw==',
      'd7561d6c3f9a27b6ec3e0cd220e8d69c0480f7d5',
      'success',
      'ding12345678901234567890123456789012',
    ],
  ])(
    'opens and signs DingTalk’s vector %s',
    (_, token, aesKey, timestamp, nonce, encrypt, signature, message, owner) => {
      expect(dingtalkSignature(token, timestamp, nonce, encrypt)).toBe(signature)
      const key = dingtalkKey(aesKey)
      expect(key && dingtalkDecrypt(key, encrypt)).toEqual({ message, owner })
    },
  )

  it('encrypts as DingTalk’s vector V3', () => {
    const key = dingtalkKey(DING_KEY)
    const sealed =
      key && dingtalkEncrypt(key, Buffer.from('aaaabbbbccccdddd'), 'success', DINGTALK.values.owner)
    expect(sealed).toBe(
      'vX4fIRZyaGG0IO7bLFB5yvsMjZkiEv2CS8JLAqRVelUHInjMVee9spSrDdnJNMxEe8EtqQ68fe5Grlz78LchUw==',
    )
  })

  it('answers DingTalk with an encrypted success that DingTalk can open', () => {
    const verdict = verify(DINGTALK)
    if (verdict.is !== 'genuine' || !verdict.seal) throw new Error('not sealed')
    expect((verdict.body as { title: string }).title).toBe('自测-1016')
    const answer = JSON.parse(verdict.seal({ status: 200, headers: {}, body: '' }).body) as Record<
      string,
      string
    >
    const { encrypt = '', timeStamp = '', nonce = '' } = answer
    expect(answer['msg_signature']).toBe(dingtalkSignature('666666', timeStamp, nonce, encrypt))
    const key = dingtalkKey(DING_KEY)
    expect(key && dingtalkDecrypt(key, encrypt)?.message).toBe('success')
  })

  it('answers DingTalk’s check_url as a challenge and stores nothing', () => {
    const key = dingtalkKey(DING_KEY)
    if (!key) throw new Error('key')
    const encrypt = dingtalkEncrypt(
      key,
      Buffer.alloc(16, 1),
      '{"EventType":"check_url"}',
      DINGTALK.values.owner,
    )
    const signature = dingtalkSignature('666666', '1561081681688', 'n', encrypt)
    const query = { msg_signature: signature, timestamp: '1561081681688', nonce: 'n' }
    expect(codeOf(verify(with_(DINGTALK, { request: { query, body: JSON.stringify({ encrypt }) } })))).toBe(
      'challenge',
    )
  })

  it('refuses broken padding of a DingTalk body instead of failing', () => {
    const encrypt = Buffer.alloc(64, 7).toString('base64')
    const signature = dingtalkSignature('666666', '1561081681688', 'n', encrypt)
    const query = { signature, timestamp: '1561081681688', nonce: 'n' }
    expect(codeOf(verify(with_(DINGTALK, { request: { query, body: JSON.stringify({ encrypt }) } })))).toBe(
      'CONNECTOR_SIGNATURE_WRONG',
    )
  })

  it('names the attempt where each is signed anew, and none where the same bytes come again', () => {
    const once = (given: Case) => {
      const verdict = verify(given)
      return verdict.is === 'genuine' ? verdict.once : 'not genuine'
    }
    expect(once(STANDARD)).toBe(
      `${STANDARD.request.headers['webhook-id']}.${STANDARD.request.headers['webhook-timestamp']}`,
    )
    const sum = createHmac('sha256', 'k').update('body1700000000').digest('hex')
    const words = {
      algorithm: 'sha256',
      over: ['raw_body', 'timestamp'],
      header: 'X-S',
      timestamp: { header: 'X-T' },
    }
    const given = {
      scheme: 'hmac',
      now: 1_700_000_000_000,
      words,
      values: { secret: 'k' },
      request: { headers: { 'x-s': sum, 'x-t': '1700000000' }, body: 'body' },
    }
    expect(once(given)).toBeUndefined()
    expect(once({ ...given, words: { ...words, each_attempt: 'signed' } })).toBe(sum)
    expect(once(MOKA)).toBeUndefined()
    expect(once(FEISHU)).toBeUndefined()
  })

  it('takes hmac in base64 and sha1 as well', () => {
    const signature = createHmac('sha1', 'k').update('body').digest('base64')
    const words = { algorithm: 'sha1', header: 'X-S', encoding: 'base64' }
    expect(
      codeOf(
        verify({
          scheme: 'hmac',
          words,
          values: { secret: 'k' },
          request: { headers: { 'x-s': signature }, body: 'body' },
        }),
      ),
    ).toBe('genuine')
  })
})

function feishuEncrypt(key: string, text: string): string {
  const iv = Buffer.alloc(16, 3)
  const cipher = createCipheriv('aes-256-cbc', createHash('sha256').update(key).digest(), iv)
  return Buffer.concat([iv, cipher.update(text), cipher.final()]).toString('base64')
}
