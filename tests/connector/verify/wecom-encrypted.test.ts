import { describe, expect, it } from 'vitest'
import type { RawRequest } from '../../../src/connector/types.js'
import {
  dingtalkEncrypt,
  dingtalkKey,
  dingtalkSignature,
} from '../../../src/connector/verify/dingtalk-cipher.js'
import { wecomEncrypted } from '../../../src/connector/verify/wecom-encrypted.js'
import type { Json } from '../../../src/kernel/json.js'

const AES_KEY = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C'
const CORP = 'wx5823bf96d3bd56c7'
const VALUES = { token: 'QDG6eK', aes_key: AES_KEY, receiver: CORP }
const NOW = 1_409_659_813_000

/** The vector of vendors' facts, made with the official library. */
const ENCRYPTED =
  'ZA4HuQypHxnRrA+A6SOHGORqXEzM+IEFuHhoBjFL2mR7NI9vKJqaYwrbxv8IKbfEyv91CidL31m6zj4I4IpRgZOwyyvqQGn1Dn9DZeWH3kxn6T5svWUD/MZu9dpMWGTiAkNvbobfwCqHj/pME/xM6yoCrN14FurI3O5nRLmJ2WWa3yBorab3dO1anCJ/iA7qoIJJAHA+bBUFOgUxXM5aUA=='
const QUERY = {
  msg_signature: 'ea0971a6a10670e1813b17ad232731b57e86b1b8',
  timestamp: '1409659813',
  nonce: '1372623149',
}
const envelope = (encrypt: string) =>
  `<xml><ToUserName><![CDATA[${CORP}]]></ToUserName><AgentID><![CDATA[]]></AgentID><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`

interface Given {
  readonly method?: string
  readonly query?: RawRequest['query']
  readonly body?: string
  readonly values?: Readonly<Record<string, Json>>
  readonly now?: number
}
const verify = ({
  method = 'POST',
  query = QUERY,
  body = envelope(ENCRYPTED),
  values,
  now = NOW,
}: Given = {}) =>
  wecomEncrypted.verify(
    { method, tail: '', query, headers: {}, body: Buffer.from(body), receivedAt: now },
    {
      words: {},
      values: { ...VALUES, ...values },
      now,
      random: () => Buffer.alloc(16),
      acceptUnsigned: false,
    },
  )

/** Sealed by us, as WeCom would. */
function sealed(message: string) {
  const key = dingtalkKey(AES_KEY)
  const encrypt = key ? dingtalkEncrypt(key, Buffer.alloc(16, 1), message, CORP) : ''
  const { timestamp, nonce } = QUERY
  return {
    encrypt,
    query: { timestamp, nonce, msg_signature: dingtalkSignature('QDG6eK', timestamp, nonce, encrypt) },
  }
}

describe('wecom_encrypted', () => {
  it('opens encrypted XML into JSON, every value text', () => {
    expect(verify()).toEqual({
      is: 'genuine',
      seal: undefined,
      body: { ToUserName: CORP, Content: '面试提醒' },
    })
    const { encrypt, query } = sealed('<xml><AgentID>01</AgentID><List><Id>1</Id><Id>2</Id></List></xml>')
    expect(verify({ query, body: envelope(encrypt) })).toMatchObject({
      body: { AgentID: '01', List: { Id: ['1', '2'] } },
    })
  })

  it('opens the JSON envelope of the newer bots', () => {
    const { encrypt, query } = sealed('{"msgtype":"event"}')
    expect(verify({ query, body: JSON.stringify({ encrypt }) })).toMatchObject({ body: { msgtype: 'event' } })
  })

  it('answers the console’s check with what the official vector decrypts to', () => {
    const query = {
      msg_signature: '5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3',
      timestamp: '1409659589',
      nonce: '263014780',
      echostr: 'P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==',
    }
    expect(verify({ method: 'GET', query, body: '', now: 1_409_659_589_000 })).toMatchObject({
      is: 'challenge',
      answer: { status: 200, body: '1616140317555161061' },
    })
  })

  it('takes the old and the new token while one is replaced', () => {
    expect(verify({ values: { token: ['newer', 'QDG6eK'] } }).is).toBe('genuine')
  })

  it.each([
    ['without a signature', { query: {} }, 'MISSING'],
    ['without an envelope', { body: '{}' }, 'MISSING'],
    ['with another token', { values: { token: 'x' } }, 'WRONG'],
    ['with no token set', { values: { token: '' } }, 'WRONG'],
    ['for another company', { values: { receiver: 'wwother' } }, 'WRONG'],
    ['with another key', { values: { aes_key: 'A'.repeat(43) } }, 'WRONG'],
    ['with one byte changed', { body: envelope(ENCRYPTED.replace('ZA4H', 'ZA4I')) }, 'WRONG'],
    ['six minutes late', { now: NOW + 360_000 }, 'OLD'],
    ['six minutes early', { now: NOW - 360_000 }, 'OLD'],
    ['with a time that is none', { query: { ...QUERY, timestamp: '1e9' } }, 'WRONG'],
  ] as const satisfies readonly (readonly [string, Given, string])[])(
    'refuses a call %s',
    (_, given, code) => {
      expect(verify(given)).toEqual({ is: 'rejected', code: `CONNECTOR_SIGNATURE_${code}` })
    },
  )

  it.each([
    ['a DTD', '<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>'],
    ['XML that is cut off', '<xml><Encrypt>'],
    ['tags without an end', `<xml>${'<a>'.repeat(2000)}${'</a>'.repeat(2000)}</xml>`],
  ])('refuses %s as broken text', (_, body) => {
    expect(() => verify({ body })).toThrow(expect.objectContaining({ code: 'CONNECTOR_XML_BROKEN' }))
  })
})
