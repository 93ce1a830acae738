/**
 * The blob store: files that vendors only pointed to, kept under the hash of their bytes in a folder. Written beside
 * and renamed, so a file under its name is whole; the same file twice is one file.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface BlobStore {
  /** @returns hex SHA-256 of the bytes */
  put(bytes: Buffer): Promise<string>
  /** Undefined where there is no such blob. */
  get(hash: string): Promise<Buffer | undefined>
  /** Nothing names it any more. */
  remove(hash: string): Promise<void>
}

const HASH = /^[0-9a-f]{64}$/

export function openBlobs(folder: string): BlobStore {
  // 256 folders keep any one of them small at millions of blobs.
  const place = (hash: string) => join(folder, hash.slice(0, 2), hash)
  return {
    async put(bytes) {
      const hash = createHash('sha256').update(bytes).digest('hex')
      const file = place(hash)
      if (await stat(file).then(() => true, missing)) return hash
      await mkdir(join(folder, hash.slice(0, 2)), { recursive: true, mode: 0o700 })
      const beside = `${file}.${randomUUID()}`
      await writeFile(beside, bytes, { mode: 0o600, flush: true })
      await rename(beside, file)
      return hash
    },
    async get(hash) {
      if (!HASH.test(hash)) return undefined
      return readFile(place(hash)).catch(missing)
    },
    async remove(hash) {
      if (HASH.test(hash)) await rm(place(hash), { force: true })
    },
  }
}

/** Only "there is no such file" is an answer; anything else is a failure. */
function missing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
