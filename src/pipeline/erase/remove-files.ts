/** Files that nothing names any more go, after the commit that took their last name; a crash between leaves them on the list. */
import { blobsInUse, droppedBlobs, forgetDropped } from '../../ledger/dropped-blobs.js'
import type { Parts } from '../parts.js'

/** Files of one look: each is a scan of what may name it. */
const MOST = 100

export async function removeFiles({ ledger, blobs }: Pick<Parts, 'ledger' | 'blobs'>): Promise<void> {
  for (let more = true; more; ) {
    const hashes = await droppedBlobs(ledger, MOST)
    more = hashes.length === MOST
    if (hashes.length === 0) return
    const used = await blobsInUse(ledger, hashes)
    for (const hash of hashes) if (!used.has(hash)) await blobs.remove(hash)
    await forgetDropped(ledger, hashes)
  }
}
