/**
 * WeCom's callbacks (企业微信 接收消息与事件): DingTalk's cipher in an envelope of XML, of JSON for the newer bots,
 * signed in the query; a GET with `echostr` is the console's check of the address, answered with what it decrypts
 * to. What is inside becomes JSON: the members of `<xml>`, all of them text.
 * Source: developer.work.weixin.qq.com/document/path/90930, and the official sample's vectors.
 */
import { isObject, type Json, parseJson } from '../../kernel/json.js'
import { readXml } from '../body/read-xml.js'
import type { RawRequest } from '../types.js'
import { dingtalkDecrypt, dingtalkKey, dingtalkSignature } from './dingtalk-cipher.js'
import {
  anySecret,
  rejected,
  sameSecret,
  secretsOf,
  textOf,
  tooOld,
  type VerifyContext,
  type VerifyScheme,
} from './scheme.js'

/** Who gets no answer within five seconds is asked three times more. */
const REPEATS_FOR = 5 * 60_000
export const wecomEncrypted: VerifyScheme = {
  words: {
    token: { is: 'value', required: true },
    aes_key: { is: 'value', required: true },
    receiver: { is: 'value', required: true },
    tolerance: { is: 'duration' },
  },
  verify(request, context) {
    const { timestamp, nonce, echostr, msg_signature: signature } = request.query
    const asked = request.method === 'GET'
    const encrypt = asked ? echostr : envelopeOf(request)
    if (!encrypt || !timestamp || !nonce || !signature) return rejected('CONNECTOR_SIGNATURE_MISSING')
    const signed = anySecret(secretsOf(context, 'token'), own =>
      sameSecret(signature, dingtalkSignature(own, timestamp, nonce, encrypt)),
    )
    if (!signed) return rejected('CONNECTOR_SIGNATURE_WRONG')
    if (!/^\d{1,12}$/.test(timestamp) || tooOld(Number(timestamp) * 1000, context, REPEATS_FOR))
      return rejected('CONNECTOR_SIGNATURE_OLD')
    const message = messageIn(encrypt, context)
    if (message === undefined) return rejected('CONNECTOR_SIGNATURE_WRONG')
    const headers = { 'content-type': 'text/plain; charset=utf-8' }
    if (asked) return { is: 'challenge', answer: { status: 200, headers, body: message } }
    return { is: 'genuine', body: jsonIn(message), seal: undefined }
  },
}

/** Opened with the key whose plaintext is for us: what was sealed for another company is no message of ours. */
function messageIn(encrypt: string, context: VerifyContext): string | undefined {
  const receivers = secretsOf(context, 'receiver')
  for (const text of secretsOf(context, 'aes_key')) {
    const key = dingtalkKey(text)
    const opened = key && dingtalkDecrypt(key, encrypt)
    if (opened && anySecret(receivers, receiver => sameSecret(receiver, opened.owner))) return opened.message
  }
  return undefined
}

function envelopeOf(request: RawRequest): string | undefined {
  const text = textOf(request.body)
  const envelope = jsonIn(text)
  if (!isObject(envelope)) return undefined
  const encrypt = envelope['Encrypt'] ?? envelope['encrypt']
  return typeof encrypt === 'string' ? encrypt : undefined
}

/** Values of XML stay text: `<AgentID>01</AgentID>` is "01". @throws HubError CONNECTOR_XML_BROKEN or JSON_TEXT_… */
function jsonIn(text: string): Json {
  return text.trimStart().startsWith('<') ? readXml(text) : parseJson(text)
}
