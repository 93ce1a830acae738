/**
 * `multipart/form-data` (RFC 7578) and its kin: a part per member, files by their hash. The boundary is of the token,
 * 128 bits that no text and no file can be made to hold.
 */
import { createHash } from 'node:crypto'
import { HubError } from '../../kernel/errors.js'
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import type { Content } from '../manifest/openapi.js'
import { propertiesOf } from '../operation/project.js'
import type { Piece } from '../types.js'
import { isFile, namedFile } from './file-shape.js'
import { isMediaType, plainType } from './media-type.js'
import { entriesOf, scalar } from './write-form.js'
import type { Written } from './written.js'

const BYTES = 'application/octet-stream'

/** @throws HubError CONNECTOR_FILE_INVALID where a file is given by no hash of the blob store */
export function writeMultipart(value: Json, content: Content, seed: string): Written {
  const boundary = `hrhub-${createHash('sha256').update(`boundary/${seed}`).digest('hex').slice(0, 32)}`
  const pieces: Piece[] = []
  let text = ''
  const members = content.schema ? propertiesOf(content.schema) : new Map<string, never>()
  for (const [name, member] of Object.entries(isObject(value) ? (value as JsonObject) : {})) {
    const schema = members.get(name)
    const files = isFile(schema) || isFile(schema?.items)
    for (const entry of entriesOf(member)) {
      text += `--${boundary}\r\nContent-Disposition: form-data; name="${quoted(name)}"`
      if (files) {
        const file = namedFile(entry)
        if (!file)
          throw new HubError('CONNECTOR_FILE_INVALID', {
            detail: `${name} is no hash of a stored file`,
            where: { path: name },
          })
        const type = [file.type, content.encoding?.[name]].find(one => one && isMediaType(one)) ?? BYTES
        text += `; filename="${quoted(file.name ?? name)}"\r\nContent-Type: ${type}\r\n\r\n`
        pieces.push({ text }, { file: file.hash })
        text = '\r\n'
      } else {
        const type = content.encoding?.[name] ?? (isObject(entry) ? 'application/json' : undefined)
        text += type !== undefined && isMediaType(type) ? `\r\nContent-Type: ${type}` : ''
        text += `\r\n\r\n${scalar(entry)}\r\n`
      }
    }
  }
  pieces.push({ text: `${text}--${boundary}--\r\n` })
  return {
    body: undefined,
    pieces,
    contentType: `${plainType(content.mediaType)}; boundary=${boundary}`,
  }
}

/** As browsers do (WHATWG, multipart/form-data): names are UTF-8, and nothing in them ends the header. */
const quoted = (name: string): string =>
  name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
