import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkAcs3, headersToSign, signAcs3 } from '../../src/sandbox/aliyun-sms/signature.js'
import {
  decryptDingTalk,
  encryptDingTalk,
  isSealedSuccess,
  sealDingTalk,
  signDingTalk,
} from '../../src/sandbox/dingtalk/crypto.js'
import { decryptFeishu, encryptFeishu, signFeishu } from '../../src/sandbox/feishu/crypto.js'

describe('what Feishu pushes', () => {
  it('opens the official vector', () => {
    expect(decryptFeishu('P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk=', 'test key')).toBe('hello world')
  })

  const body =
    '{"encrypt":"ABEiM0RVZneImaq7zN3u/8w0FvL82ApMW/CJkv+WEqPthyS8HMK1d+DIskEA8397iMJh+Yvb+YeAJgnVlB5rHWsP8iycrl5Omgu24ncWD07KiOZessRGFIV+oTmpfsCXrQHJT1RHNgdLTnFE9wRbEKttRhr7L1xOJcROY97C3VM2+yWoDBvO4CfM1c4rg+ryISu+aDl7SSTGyLRNcxMrLc50QjVGg0F/PFwWfEKi8OP00dohgisI6FWKqU0kjmayXq3X1scwTLzkuYg90JRehBlfFgRvIL9OR0S3Me6U+m3N7ZJch41ApqP1PAiD7zm0YHg7Oht/qn96D32cef3Mwpg3LJO4jdTTYGNgIBrxJsHSew6Tx/l7PNMSZMVwXzw9yoP0BMzdMB3+PLcNu46AXnF1ZPEwSTS9iHj3JybjeVSD3RBrv2ss/Buu+dm68C0QXx+tc941Pqgf4q3jT8vJLZ3hmwuDf/H+AZ0KHQh4Dm3cVGtcfS2vySKIYMUlK/yVZUAckbPcFv4lLdlASSe4PQ=="}'
  it('opens and signs the vector the SDK accepts', () => {
    const plain = decryptFeishu((JSON.parse(body) as { encrypt: string }).encrypt, 'kudryavka')
    expect(JSON.parse(plain)).toMatchObject({
      schema: '2.0',
      header: { event_type: 'approval.instance.status_changed_v4' },
      event: { status: 'APPROVED' },
    })
    expect(signFeishu('1690000000', 'nonce123', 'kudryavka', body)).toBe(
      '8b0f5844972f3e0b61425311296f1ed122ce3d16b8d2336b3d4f491aecd2020e',
    )
    const iv = Buffer.from('00112233445566778899aabbccddeeff', 'hex')
    expect(`{"encrypt":"${encryptFeishu(plain, 'kudryavka', iv)}"}`).toBe(body)
  })

  it('opens again whatever it sealed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (plain, key) => {
        expect(decryptFeishu(encryptFeishu(plain, key), key)).toBe(plain)
      }),
    )
  })
})

describe('what DingTalk pushes', () => {
  const v3Keys = {
    token: '666666',
    aesKey: 'TXpRMU5qYzRPVEF4TWpNME5UWTNPRGt3TVRJek5EVTI',
    owner: 'ding12345678901234567890123456789012',
  }
  const vectors = [
    {
      name: 'V1, the official page',
      keys: {
        token: '123456',
        aesKey: '1234567890123456789012345678901234567890123',
        owner: 'dingsnotzck6pm5veliw',
      },
      timestamp: '1614767836',
      nonce: 'A7Co0cJLMzIDtMMI',
      encrypt: 'YvkvaGe4hQxd3VxRmEty0dVlnCOAqwf56xwTRHDHoOURqhalbmBJQk5FNcRk42Gl5T0YQXZNwpwWSm1xAFJ5ZA==',
      signature: '9a95a004dd16f5c307e849b994173f76aa26e5eb',
      plain: 'success',
    },
    {
      name: "V2, the vendor's Java demo",
      keys: {
        token: '123456',
        aesKey: '4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij',
        owner: 'suite4xxxxxxxxxxxxxxx',
      },
      timestamp: '1445827045067',
      nonce: 'nEXhMP4r',
      encrypt:
        '1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ==',
      signature: '5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0',
      plain:
        '{"EventType":"check_create_suite_url","Random":"LPIdSnlF","TestSuiteKey":"suite4xxxxxxxxxxxxxxx"}',
    },
    {
      name: 'V3, the answer',
      keys: v3Keys,
      timestamp: '1561081681688',
      nonce: '88888888',
      encrypt: 'vX4fIRZyaGG0IO7bLFB5yvsMjZkiEv2CS8JLAqRVelUHInjMVee9spSrDdnJNMxEe8EtqQ68fe5Grlz78LchUw==',
      signature: 'd7561d6c3f9a27b6ec3e0cd220e8d69c0480f7d5',
      plain: 'success',
    },
    {
      name: 'V4, with Chinese text',
      keys: v3Keys,
      timestamp: '1561081681688',
      nonce: '88888888',
      encrypt:
        'vX4fIRZyaGG0IO7bLFB5yg9QOf2i+mzy7ll/RITwZ8UFIMfMckIFJE+L5yto0VKvgKZYbfRu4paM3uhyQRsaX1AAAr3hGwdpwaOmzSVbbqJKK81StuZ/xTct7KVVU/38CNe4dzBmCMDmGXsvNN9nHAMDZgPIf4Z19i1wlwwRivWNjMrBU7CUxLjM1r/1uwN8eZgXI6cpvzG+GtU4QYX3YqZjVAL2hdhskWVnJAiWD9PpOPbiXDsqrgpW5P4QZlxCKiR6/7uDp0BamdZRRw0MibNJwiJgXW78zKiJplrWqVwFMCkbwlfJiJYH4VPNcZ/Lce1TbUYqq2LcxVLN17jIvH5TAsxAxwE0t4u0j+7CF7HSwAKf+NZHrLlL4/yy+0AthDiDahaYG9DThYNzPApn61tGYCUzD+7gMq5n9t8lMirIhkUru6oOBawXpluYht8XkGOph+mQH2Fd0SeXcf9vCQ==',
      signature: '794dce4520d3bca2214297f12cc58d79c163fb01',
      plain: undefined,
    },
  ]
  it.each(vectors)('opens and signs $name', ({ keys, timestamp, nonce, encrypt, signature, plain }) => {
    expect(signDingTalk(keys.token, timestamp, nonce, encrypt)).toBe(signature)
    const opened = decryptDingTalk(encrypt, keys)
    if (plain !== undefined) expect(opened).toBe(plain)
    else expect(JSON.parse(opened)).toMatchObject({ EventType: 'bpms_instance_change', title: '自测-1016' })
  })

  it('seals V3 and V4 to the very bytes', () => {
    for (const vector of vectors.slice(2)) {
      const plain = decryptDingTalk(vector.encrypt, vector.keys)
      expect(encryptDingTalk(plain, vector.keys, Buffer.from('aaaabbbbccccdddd'))).toBe(vector.encrypt)
    }
  })

  it('takes only the sealed word success for an answer', () => {
    const good = sealDingTalk('success', v3Keys, '1', 'n')
    const cases: [string, boolean][] = [
      [JSON.stringify(good), true],
      [JSON.stringify(sealDingTalk('fail', v3Keys, '1', 'n')), false],
      [JSON.stringify({ ...good, msg_signature: '0'.repeat(40) }), false],
      [JSON.stringify({ ...good, nonce: 'other' }), false],
      [JSON.stringify(sealDingTalk('success', { ...v3Keys, owner: 'someone else' }, '1', 'n')), false],
      ['{"errcode":0}', false],
      ['success', false],
    ]
    expect(cases.map(([body]) => isSealedSuccess(body, v3Keys))).toEqual(cases.map(([, is]) => is))
  })

  it('opens again whatever it sealed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), plain => {
        expect(decryptDingTalk(encryptDingTalk(plain, v3Keys), v3Keys)).toBe(plain)
      }),
    )
  })
})

describe("Aliyun's signature V3", () => {
  const nonce = '3156853299f313e23d1673dc12e1703d'
  const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  const vectors = [
    {
      name: 'the official sample',
      host: 'ecs.cn-shanghai.aliyuncs.com',
      action: 'RunInstances',
      version: '2014-05-26',
      date: '2023-10-26T10:22:32Z',
      accessKey: 'YourAccessKeyId',
      secret: 'YourAccessKeySecret',
      query: {
        ImageId: 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd',
        RegionId: 'cn-shanghai',
      },
      signature: '06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
    },
    {
      name: 'SendSms with Chinese and JSON in the query',
      host: 'dysmsapi.aliyuncs.com',
      action: 'SendSms',
      version: '2017-05-25',
      date: '2024-01-02T03:04:05Z',
      accessKey: 'testAccessKeyId',
      secret: 'testAccessKeySecret',
      query: {
        PhoneNumbers: '13900001234',
        SignName: '阿里云短信测试',
        TemplateCode: 'SMS_154950909',
        TemplateParam: '{"code":"1234"}',
      },
      signature: '4ce800de3762c1569bd93816e2468ec3f3cbe25ad788978c1ad6199426af868b',
    },
  ]
  function requestOf(vector: (typeof vectors)[number], headers: Record<string, string> = {}) {
    return {
      method: 'POST',
      path: '/',
      query: new Map(Object.entries(vector.query)),
      headers: {
        host: vector.host,
        'x-acs-action': vector.action,
        'x-acs-version': vector.version,
        'x-acs-date': vector.date,
        'x-acs-signature-nonce': nonce,
        'x-acs-content-sha256': empty,
        ...headers,
      },
      body: Buffer.alloc(0),
    }
  }
  function authorization(vector: (typeof vectors)[number], signature: string) {
    const signed = headersToSign(requestOf(vector).headers).join(';')
    return `ACS3-HMAC-SHA256 Credential=${vector.accessKey},SignedHeaders=${signed},Signature=${signature}`
  }

  it.each(vectors)('makes and accepts $name', vector => {
    const request = requestOf(vector)
    expect(signAcs3(request, headersToSign(request.headers), vector.secret)).toBe(vector.signature)
    const signed = requestOf(vector, { authorization: authorization(vector, vector.signature) })
    const secretOf = (key: string) => (key === vector.accessKey ? vector.secret : undefined)
    expect(checkAcs3(signed, Date.parse(vector.date), secretOf, () => true)).toBeUndefined()
  })

  const [, sms] = vectors as [unknown, (typeof vectors)[number]]
  const at = Date.parse(sms.date)
  const secretOf = (key: string) => (key === sms.accessKey ? sms.secret : undefined)
  const good = authorization(sms, sms.signature)
  it.each([
    ['no authorization', {}, at, true, 'IncompleteSignature'],
    ['another algorithm', { authorization: good.replace('SHA256', 'SM3') }, at, true, 'IncompleteSignature'],
    [
      'an unknown access key',
      { authorization: good.replace(sms.accessKey, 'nobody') },
      at,
      true,
      'InvalidAccessKeyId.NotFound',
    ],
    [
      'a changed header',
      { authorization: good, 'x-acs-action': 'QuerySendDetails' },
      at,
      true,
      'SignatureDoesNotMatch',
    ],
    ['an unsigned header', { authorization: good, 'x-acs-extra': '1' }, at, true, 'SignatureDoesNotMatch'],
    [
      'a hash of another body',
      { authorization: good, 'x-acs-content-sha256': 'a'.repeat(64) },
      at,
      true,
      'SignatureDoesNotMatch',
    ],
    ['an old date', { authorization: good }, at + 16 * 60_000, true, 'InvalidTimeStamp.Expired'],
    ['a nonce seen before', { authorization: good }, at, false, 'SignatureNonceUsed'],
  ] as const)('refuses %s', (_, headers, now, fresh, fault) => {
    expect(checkAcs3(requestOf(sms, headers), now, secretOf, () => fresh)).toBe(fault)
  })
})
