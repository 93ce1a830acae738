/** Counts how often a system contradicted the record on a field today; over the limit it is a finding, not a call. */

import type { Tx } from './engine/types.js'
import { noteFindings } from './findings.js'
import { contested } from './schema.js'
import { insertRows } from './table.js'

export async function countContests<
  C extends {
    readonly link: string
    readonly path: string
    readonly record: string
    readonly connection: string
  },
>(tx: Tx, tenant: string, contests: readonly C[], most: number, now: number): Promise<C[]> {
  const day = new Date(now).toISOString().slice(0, 10)
  const unique = [...new Map(contests.map(one => [`${one.link}\n${one.path}`, one])).values()]
  const rows = unique
    .map(({ link, path }) => ({ tenant, link, path, day, times: 1 }))
    .sort((a, b) => (a.link + a.path < b.link + b.path ? -1 : 1))
  const counted = await insertRows<
    (typeof contested)['columns'],
    'tenant' | 'link' | 'path' | 'day' | 'times',
    { link: string; path: string; times: number }
  >(
    tx,
    { ...contested, name: 'contested as t' } as typeof contested,
    ['tenant', 'link', 'path', 'day', 'times'],
    rows,
    'on conflict (tenant, link, path, day) do update set times = t.times + 1 returning t.link, t.path, t.times',
  )
  const over = new Set(counted.filter(row => row.times > most).map(row => `${row.link}\n${row.path}`))
  await noteFindings(
    tx,
    tenant,
    unique.flatMap(one =>
      over.has(`${one.link}\n${one.path}`)
        ? [{ code: 'contested', about: one.record, connection: one.connection, detail: { path: one.path } }]
        : [],
    ),
    now,
  )
  return unique.filter(one => !over.has(`${one.link}\n${one.path}`))
}
