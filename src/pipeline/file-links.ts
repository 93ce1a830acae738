/**
 * Links to fetched files that other systems can open: stable, so that a record that did not change is not sent
 * again, and unguessable, because those systems carry no key of ours. The vendor's own links expire in minutes.
 */
import { timingSafeEqual } from 'node:crypto'
import type { Parts } from './parts.js'

const LENGTH = 40

const signatureOf = (blinded: string) => blinded.slice(0, LENGTH)

/** Undefined where it is not known how others reach the hub (`HRHUB_PUBLIC_URL`). */
export function fileLink(parts: Pick<Parts, 'publicUrl' | 'sealer'>, hash: string): string | undefined {
  if (parts.publicUrl === undefined) return undefined
  return `${parts.publicUrl}/files/${hash}/${signatureOf(parts.sealer.blind(`file/${hash}`))}`
}

/** The bytes behind a link; undefined for a wrong signature and an unknown file alike. */
export async function openFile(
  parts: Pick<Parts, 'blobs' | 'sealer'>,
  hash: string,
  signature: string,
): Promise<Buffer | undefined> {
  const given = Buffer.from(signature)
  // Every key of the ring: a rotation must not break links that other systems hold.
  const known = parts.sealer.blinds(`file/${hash}`).some(blinded => {
    const wanted = Buffer.from(signatureOf(blinded))
    return wanted.length === given.length && timingSafeEqual(wanted, given)
  })
  return known ? parts.blobs.get(hash) : undefined
}
