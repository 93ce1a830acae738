/**
 * WeCom's callbacks (企业微信 接收消息与事件): DingTalk's cipher in an envelope of XML, of JSON for the newer bots,
 * signed in the query; a GET with `echostr` is the console's check of the address, answered with what it decrypts
 * to. What is inside becomes JSON: the members of `<xml>`, all of them text.
 * Source: developer.work.weixin.qq.com/document/path/90930, and the official sample's vectors.
 */
import sax from 'sax'
import { HubError } from '../../kernel/errors.js'
import { isObject, type Json, type JsonObject, parseJson } from '../../kernel/json.js'
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
/** Events are flat, lists of members are two deep. */
const MOST_DEEP = 16
/** The types of sax 1.2 do not know the word that sax 1.6 has. */
const STRICT: sax.SAXOptions & { strictEntities: boolean } = { strictEntities: true }

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
    return { is: 'genuine', body: isXml(message) ? xmlOf(message) : parseJson(message), seal: undefined }
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
  const envelope: Json = isXml(text) ? xmlOf(text) : parseJson(text)
  if (!isObject(envelope)) return undefined
  const encrypt = envelope['Encrypt'] ?? envelope['encrypt']
  return typeof encrypt === 'string' ? encrypt : undefined
}

const isXml = (text: string): boolean => text.trimStart().startsWith('<')

/**
 * Values stay text: `<AgentID>01</AgentID>` is "01"; what comes twice is a list. Attributes mean nothing, only XML's own
 * five entities are known, a DTD is refused.
 * @throws HubError JSON_TEXT_BROKEN where the text is no XML of theirs
 */
function xmlOf(text: string): JsonObject {
  const broken = (detail: string) => new HubError('JSON_TEXT_BROKEN', { detail })
  const parser = sax.parser(true, STRICT)
  const top: Element = { members: Object.create(null), text: '' }
  const open: Element[] = [top]
  parser.onerror = () => {
    throw broken('the text is neither JSON nor XML')
  }
  parser.ondoctype = () => {
    throw broken('the XML has a DTD')
  }
  parser.onopentag = () => {
    if (open.push({ members: Object.create(null), text: '' }) > MOST_DEEP)
      throw broken(`the XML is more than ${MOST_DEEP} tags deep`)
  }
  parser.ontext = parser.oncdata = part => {
    const last = open.at(-1)
    if (last) last.text += part
  }
  parser.onclosetag = name => {
    const closed = open.pop()
    const outer = open.at(-1)
    if (!closed || !outer) return
    const value: Json = Object.keys(closed.members).length > 0 ? { ...closed.members } : closed.text.trim()
    const before = outer.members[name]
    outer.members[name] =
      before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value]
  }
  parser.write(text).close()
  const root = top.members['xml']
  if (!isObject(root)) throw broken('the XML has no <xml>')
  return root as JsonObject
}

interface Element {
  readonly members: Record<string, Json>
  text: string
}
