import { describe, expect, it } from 'vitest'
import { aliyunAcs3 } from '../../../src/connector/auth/aliyun-acs3.js'
import { tencentTc3 } from '../../../src/connector/auth/tencent-tc3.js'
import type { OutgoingRequest } from '../../../src/connector/transport/transport.js'

const request = (over: Partial<OutgoingRequest>): OutgoingRequest => ({
  method: 'POST',
  url: new URL('https://example.com/'),
  headers: {},
  body: undefined,
  timeoutMs: 1000,
  maxBytes: 1000,
  allowPrivate: false,
  ...over,
})
const nonce = '3156853299f313e23d1673dc12e1703d'
const signatureOf = (signed: OutgoingRequest) => signed.headers['authorization']?.split('Signature=')[1]

describe('request signatures', () => {
  it('signs as the official sample of Aliyun V3', () => {
    const url = new URL('https://ecs.cn-shanghai.aliyuncs.com/')
    url.searchParams.set('ImageId', 'win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd')
    url.searchParams.set('RegionId', 'cn-shanghai')
    const signed = aliyunAcs3.sign(
      request({
        url,
        headers: {
          'x-acs-action': 'RunInstances',
          'x-acs-version': '2014-05-26',
          accept: 'application/json',
        },
      }),
      {
        keyId: 'YourAccessKeyId',
        secrets: ['YourAccessKeySecret'],
        now: Date.parse('2023-10-26T10:22:32Z'),
        nonce,
        service: undefined,
      },
    )
    expect(signatureOf(signed)).toBe('06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0')
  })

  it('signs SendSms of Aliyun with Chinese in the query, whatever the order of the parameters', () => {
    const url = new URL('https://dysmsapi.aliyuncs.com/')
    url.searchParams.set('TemplateParam', '{"code":"1234"}')
    url.searchParams.set('SignName', '阿里云短信测试')
    url.searchParams.set('TemplateCode', 'SMS_154950909')
    url.searchParams.set('PhoneNumbers', '13900001234')
    const signed = aliyunAcs3.sign(
      request({ url, headers: { 'x-acs-action': 'SendSms', 'x-acs-version': '2017-05-25' } }),
      {
        keyId: 'testAccessKeyId',
        secrets: ['testAccessKeySecret'],
        now: Date.parse('2024-01-02T03:04:05Z'),
        nonce,
        service: undefined,
      },
    )
    expect(signatureOf(signed)).toBe('4ce800de3762c1569bd93816e2468ec3f3cbe25ad788978c1ad6199426af868b')
    expect(signed.headers['authorization']).toMatch(
      /^ACS3-HMAC-SHA256 Credential=testAccessKeyId,SignedHeaders=host;x-acs-action;/,
    )
  })

  it('signs as the official sample of Tencent TC3', () => {
    const signed = tencentTc3.sign(
      request({
        url: new URL('https://cvm.tencentcloudapi.com/'),
        headers: { 'content-type': 'application/json; charset=utf-8' },
        body: '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
      }),
      {
        keyId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE',
        secrets: ['Gu5t9xGARNpq86cd98joQYCN3EXAMPLE'],
        now: 1_551_113_065_000,
        nonce,
        service: undefined,
      },
    )
    expect(signatureOf(signed)).toBe('72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168')
  })

  it('signs SendSms of Tencent with its service named', () => {
    const signed = tencentTc3.sign(
      request({
        url: new URL('https://sms.tencentcloudapi.com/'),
        headers: { 'content-type': 'application/json' },
        body: '{"PhoneNumberSet":["+8613900001234"],"SmsSdkAppId":"1400006666","TemplateId":"1110","SignName":"腾讯云","TemplateParamSet":["12345"],"SessionContext":"evt_1"}',
      }),
      { keyId: 'AKIDEXAMPLE', secrets: ['SECRETEXAMPLE'], now: 1_704_164_645_000, nonce, service: 'sms' },
    )
    expect(signatureOf(signed)).toBe('2e4b4fbb9786a79f25c295d70c10834031104f23692c92bec32d0bc57bb3c25e')
    expect(signed.headers['x-tc-timestamp']).toBe('1704164645')
  })
})
