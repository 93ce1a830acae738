/**
 * Ledgers that the tests of a file take in turn: emptied when the next test asks for one, for making another takes
 * half a second and emptying takes a tenth of that. What is opened outside of a test is its opener's alone.
 */
import { afterEach, beforeEach } from 'vitest'
import type { Ledger } from '../../src/ledger/engine/types.js'

/** Called in a describe block. @param openNew makes a migrated ledger, closed by its maker at the end of the file */
export function reusedLedgers(openNew: () => Promise<Ledger>): () => Promise<Ledger> {
  let free: Ledger[] = []
  let taken: Ledger[] = []
  const closed = new WeakSet<Ledger>()
  let inTest = false
  beforeEach(() => {
    inTest = true
  })
  afterEach(() => {
    inTest = false
    free = [...free, ...taken.filter(ledger => !closed.has(ledger))]
    taken = []
  })

  async function openWatched(): Promise<Ledger> {
    const made = await openNew()
    const close = made.close.bind(made)
    return Object.assign(made, {
      close: () => {
        closed.add(made)
        return close()
      },
    })
  }

  return async () => {
    if (!inTest) return openNew()
    const old = free.pop()
    if (old) await emptied(old)
    const ledger = old ?? (await openWatched())
    taken.push(ledger)
    return ledger
  }
}

/** Rows are deleted one table at a time, not truncated: 40 small deletes are one flush, 40 truncations 120 new files. */
const EMPTY = `do $$
  declare one record;
  begin
    for one in select relkind as kind, format('%I.%I', nspname, relname) as name
      from pg_class c join pg_namespace n on n.oid = relnamespace
      where nspname = 'hrhub' and relkind in ('r', 'S') and relname not like 'kysely%'
    loop
      if one.kind = 'S' then perform setval(one.name::regclass, 1, false);
      else execute 'delete from ' || one.name; end if;
    end loop;
  end $$`

async function emptied(ledger: Ledger): Promise<void> {
  await ledger.query('drop schema if exists bullmq cascade')
  await ledger.query(EMPTY)
}
