/**
 * Puts the bytes of a call together when it goes out: files are read by their hash, so they are the bytes that the
 * effect was written down with, and the whole is bounded before it is held.
 */
import type { Code } from '../../kernel/errors.js'
import type { PreparedCall } from '../types.js'

/** Reads a stored file by its hash; undefined where there is none. */
export type ReadFile = (hash: string) => Promise<Buffer | undefined>

/** What a file may have when it is fetched, and what a body of files may come to. */
export const MAX_FILES = 32 * 1024 * 1024

export type Assembled =
  | { readonly body: string | Buffer | undefined }
  | { readonly failed: Code; readonly detail: string }

export async function assemble(
  { body, pieces }: Pick<PreparedCall, 'body' | 'pieces'>,
  read: ReadFile | undefined,
): Promise<Assembled> {
  if (!pieces) return { body }
  const chunks: Buffer[] = []
  let size = 0
  for (const piece of pieces) {
    const chunk = 'text' in piece ? Buffer.from(piece.text) : await read?.(piece.file)
    if (!chunk)
      return {
        failed: 'CONNECTOR_FILE_LOST',
        detail: `there is no file ${'file' in piece ? piece.file.slice(0, 12) : ''}… in the blob store`,
      }
    size += chunk.length
    if (size > MAX_FILES)
      return { failed: 'CONNECTOR_BODY_LARGE', detail: `over ${MAX_FILES / 1024 / 1024} MiB with its files` }
    chunks.push(chunk)
  }
  return { body: Buffer.concat(chunks, size) }
}

/** For people: text as it is but for its line ends, files by their hash. */
export function shownBody({ body, pieces }: Pick<PreparedCall, 'body' | 'pieces'>): string | undefined {
  return pieces
    ? pieces
        .map(piece => ('text' in piece ? piece.text.replaceAll('\r\n', '\n') : `«file ${piece.file}»`))
        .join('')
    : body
}
