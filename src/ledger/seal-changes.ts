/**
 * Seals what was published: a Merkle root over the hashes of the changes and the seal before. A change's hash
 * covers a salted commitment of its data, so erasing data and salt, or dropping old changes, leaves the chain whole.
 */
import { createHash } from 'node:crypto'
import { statement } from './engine/statement.js'
import type { Ledger, Querying } from './engine/types.js'
import { leafHash, merkleRoot } from './merkle.js'

/** `seal` in the first bytes: pg_locks shows whose lock it is. */
const LOCK = 0x7365616c
/** Changes under one seal at most; a backlog gets several. */
const CHANGES_PER_SEAL = 10_000
const SEALS_PER_PAGE = 200

interface SealRow {
  readonly n: number
  readonly first_pos: number
  readonly last_pos: number
  readonly root: string
  readonly previous: string | null
  readonly seal: string
}

interface LeafRow {
  readonly tenant: string
  readonly pos: number
  readonly hash: string
}

const LEAVES = statement(
  'seal-leaves',
  'select tenant, pos, hash from hrhub.changes where pos >= $1 and pos <= $2 order by pos limit $3',
)
const LAST = statement('seal-last', 'select * from hrhub.seals order by n desc limit 1')
const PAGE = statement('seal-page', 'select * from hrhub.seals where n > $1 order by n limit $2')
const SEAL = statement(
  'seal-insert',
  `insert into hrhub.seals (first_pos, last_pos, root, previous, seal, at)
   values ($1, $2, $3, $4, $5, to_timestamp($6 / 1000.0))`,
)

function leavesOf(rows: readonly LeafRow[]): string[] {
  return rows.map(row => leafHash(`${row.pos} ${row.tenant} ${row.hash}`))
}

function sealOf(previous: string | null, first: number, last: number, root: string): string {
  return createHash('sha256')
    .update(`${previous ?? ''} ${first} ${last} ${root}`)
    .digest('hex')
}

/** Seals what is published and not sealed; several may call it, one at a time works. @returns changes sealed */
export async function sealChanges(ledger: Ledger): Promise<number> {
  return ledger.transaction(async tx => {
    const { rows: locks } = await tx.query<{ mine: boolean }>(
      'select pg_try_advisory_xact_lock($1) as mine',
      [LOCK],
    )
    if (!locks[0]?.mine) return 0
    const before = (await tx.query<SealRow>(LAST)).rows[0]
    const { rows } = await tx.query<LeafRow>(LEAVES, [
      (before?.last_pos ?? 0) + 1,
      Number.MAX_SAFE_INTEGER,
      CHANGES_PER_SEAL,
    ])
    const first = rows[0]
    const last = rows.at(-1)
    if (!first || !last) return 0
    const root = merkleRoot(leavesOf(rows))
    const previous = before?.seal ?? null
    const seal = sealOf(previous, first.pos, last.pos, root)
    await tx.query(SEAL, [first.pos, last.pos, root, previous, seal, ledger.clock.now()])
    return rows.length
  })
}

export interface SealCheck {
  readonly seals: number
  /** Changes found and proven unchanged. */
  readonly changes: number
  /** Seals whose changes retention has dropped: the chain holds, the leaves are gone. */
  readonly dropped: number
  /** Numbers of seals that do not fit their changes or the seal before. */
  readonly broken: readonly number[]
}

/** Walks the whole chain of seals and counts what still fits. Reads in pages; changes nothing. */
export async function checkSeals(ledger: Querying): Promise<SealCheck> {
  const broken: number[] = []
  let seals = 0
  let changes = 0
  let dropped = 0
  let previous: string | null = null
  let after = 0
  for (;;) {
    const page: SealRow[] = (await ledger.query<SealRow>(PAGE, [after, SEALS_PER_PAGE])).rows
    for (const row of page) {
      seals++
      after = row.n
      const { rows } = await ledger.query<LeafRow>(LEAVES, [
        row.first_pos,
        row.last_pos,
        CHANGES_PER_SEAL + 1,
      ])
      const whole = rows.length === row.last_pos - row.first_pos + 1
      const chained =
        row.previous === previous && sealOf(previous, row.first_pos, row.last_pos, row.root) === row.seal
      if (!chained || (whole && merkleRoot(leavesOf(rows)) !== row.root)) broken.push(row.n)
      else if (whole) changes += rows.length
      else dropped++
      previous = row.seal
    }
    if (page.length < SEALS_PER_PAGE) return { seals, changes, dropped, broken }
  }
}
