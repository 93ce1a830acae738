/** Reads a body from outside by its media type: JSON, XML, a form. What no reader takes is for the caller to refuse. */
import { isUtf8 } from 'node:buffer'
import { HubError } from '../../kernel/errors.js'
import { type Json, parseJson } from '../../kernel/json.js'
import { type Family, familyOf, plainType } from './media-type.js'
import { readXml, xmlText } from './read-xml.js'

type Read = (bytes: Buffer, contentType: string) => Json

const readJson: Read = bytes => parseJson(textOf(bytes))

const READERS: Readonly<Partial<Record<Family, Read>>> = {
  json: readJson,
  xml: (bytes, contentType) => readXml(xmlText(bytes, contentType)),
  form: bytes => Object.fromEntries(new URLSearchParams(textOf(bytes))),
}
/** Some vendors label JSON so. */
const TEXT = 'text/plain'

/** @returns undefined where bodies of this type are not read */
export function readerOf(contentType: string): Read | undefined {
  return plainType(contentType) === TEXT ? readJson : READERS[familyOf(contentType)]
}

/** Text of raw bytes. Others than UTF-8 (GBK) would be kept as question marks. @throws HubError JSON_TEXT_BROKEN */
export function textOf(body: Buffer): string {
  if (!isUtf8(body)) throw new HubError('JSON_TEXT_BROKEN', { detail: 'the bytes are not UTF-8' })
  return body.toString('utf8')
}
