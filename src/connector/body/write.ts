/**
 * Writes the body of a call by its media type. What comes out is exact to the byte and plain JSON, so it can be kept:
 * files stand in it by their hash, and boundaries come from the effect's token, so a repeat is the same bytes.
 */
import { HubError } from '../../kernel/errors.js'
import type { Json } from '../../kernel/json.js'
import type { Content } from '../manifest/openapi.js'
import { namedFile } from './file-shape.js'
import { type Family, familyOf, isMediaType } from './media-type.js'
import { writeForm } from './write-form.js'
import { writeMultipart } from './write-multipart.js'
import { writeXml } from './write-xml.js'
import type { Written } from './written.js'

type Write = (value: Json, content: Content, seed: string) => Written

const WRITERS: Readonly<Record<Family, Write>> = {
  json: (value, { mediaType }) => ({
    body: JSON.stringify(value),
    contentType: `${mediaType.includes('*') ? 'application/json' : mediaType}; charset=utf-8`,
  }),
  form: (value, { mediaType }) => ({ body: writeForm(value), contentType: mediaType }),
  multipart: writeMultipart,
  xml: (value, { mediaType, schema }) => ({
    body: writeXml(value, schema),
    contentType: `${mediaType}; charset=utf-8`,
  }),
  text: (value, { mediaType }) => ({
    body: typeof value === 'string' ? value : JSON.stringify(value),
    contentType: `${mediaType}; charset=utf-8`,
  }),
  file(value, { mediaType }) {
    const file = namedFile(value)
    if (!file)
      throw new HubError('CONNECTOR_FILE_INVALID', { detail: `the body (${mediaType}) is no stored file` })
    // It goes into a header: a line break in it would be a header of its own.
    if (file.type !== undefined && !isMediaType(file.type))
      throw new HubError('CONNECTOR_FILE_INVALID', { detail: 'the `type` of the file is no media type' })
    return { body: undefined, pieces: [{ file: file.hash }], contentType: file.type ?? mediaType }
  },
}

/**
 * @param seed what the bytes may depend on beside the value: the effect's token
 * @throws HubError CONNECTOR_FILE_INVALID, CONNECTOR_BODY_UNWRITABLE
 */
export function writeBody(value: Json, content: Content, seed: string): Written {
  return WRITERS[familyOf(content.mediaType)](value, content, seed)
}
