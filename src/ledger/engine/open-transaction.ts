/**
 * Knows whether the code that runs now is inside a transaction. A statement past the transaction's handle would
 * wait for a connection that its own caller holds: for ever on one connection, under load on any number.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { HubError } from '../../kernel/errors.js'

/** A pool whose open transactions are watched, or not: knowing them costs every await of the process something. */
export interface Watched {
  readonly watched: boolean
}

interface Open {
  /** Whose transaction: the pool it was taken from. */
  readonly of: Watched
  /** Flows that the transaction started may outlive it. */
  open: boolean
}

const current = new AsyncLocalStorage<Open>()

/** Runs `work` as the inside of a transaction on `of`. */
export async function insideTransaction<T>(of: Watched, work: () => Promise<T>): Promise<T> {
  if (!of.watched) return work()
  const mark: Open = { of, open: true }
  try {
    return await current.run(mark, work)
  } finally {
    mark.open = false
  }
}

/** Marks the caller's own flow from here on, for a borrower that says BEGIN by hand; the answer ends it. */
export function markTransaction(of: Watched): () => void {
  const mark: Open = { of, open: true }
  current.enterWith(mark)
  return () => {
    mark.open = false
  }
}

/** @throws HubError `LEDGER_TRANSACTION_OPEN` */
export function refuseInsideTransaction(of: Watched): void {
  const mark = current.getStore()
  if (mark?.open && mark.of === of) {
    throw new HubError('LEDGER_TRANSACTION_OPEN', {
      detail: 'a statement went past the handle of the transaction that its own caller has open',
    })
  }
}
