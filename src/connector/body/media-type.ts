/** Which family a media type is of: what a body is written and read as. Parameters and case do not matter. */

export type Family = 'json' | 'form' | 'multipart' | 'xml' | 'text' | 'file'

const FAMILIES: readonly (readonly [RegExp, Family])[] = [
  [/^(?:\*\/\*|application\/\*|application\/(?:[\w.-]+\+)?json)$/, 'json'],
  [/^application\/x-www-form-urlencoded$/, 'form'],
  [/^multipart\//, 'multipart'],
  [/^(?:text\/xml|application\/(?:[\w.-]+\+)?xml)$/, 'xml'],
  [/^text\//, 'text'],
]

/** `application/xml; charset=utf-8` → `application/xml` */
export const plainType = (mediaType: string): string => mediaType.split(';', 1)[0]?.trim().toLowerCase() ?? ''

/** RFC 9110, 8.3.1, with plain parameters: what may stand in a header as it is. */
const MEDIA_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?: *; *[\w-]+=[\w.+-]+)*$/
export const isMediaType = (text: string): boolean => MEDIA_TYPE.test(text)

/** Whatever is none of the others is the bytes of a file. */
export function familyOf(mediaType: string): Family {
  const plain = plainType(mediaType)
  return FAMILIES.find(([form]) => form.test(plain))?.[1] ?? 'file'
}
