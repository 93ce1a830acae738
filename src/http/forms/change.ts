/** Changes as the feed shows them: with the record as it became, its hash and the hash before; never the salt. */
import type { FeedChange } from '../../ledger/list-changes.js'
import { iso } from './record.js'

export function changeForm(change: FeedChange) {
  return {
    position: change.pos,
    record: change.record,
    kind: change.kind,
    version: change.version,
    paths: change.paths,
    data: change.data,
    cause: change.cause,
    at: iso(change.at),
    hash: change.hash,
    previous: change.previous,
  }
}
