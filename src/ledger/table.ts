/**
 * A table described once: its columns give the TypeScript row, the array parameters of set statements and the
 * way values come back (instants as milliseconds). All hot writes of the hub are `… from unnest($1, $2 …)`.
 */
import type { Json } from '../kernel/json.js'
import { bigints, booleans, byteas, doubles, instants, integers, jsonbs, texts } from './engine/parameters.js'
import type { Querying } from './engine/types.js'

interface Column<T> {
  readonly sql: string
  readonly encode: (values: readonly never[]) => Buffer
  readonly nullable: boolean
  /** Only for the type. */
  readonly value?: T
}

const column = <T>(sql: string, encode: (values: never[]) => Buffer): Column<T> => ({
  sql,
  encode: encode as (values: readonly never[]) => Buffer,
  nullable: false,
})
export const text = column<string>('text', texts as never)
export const bigint = column<number>('bigint', bigints as never)
export const int = column<number>('int', integers as never)
export const double = column<number>('double precision', doubles as never)
export const bool = column<boolean>('boolean', booleans as never)
export const bytes = column<Buffer>('bytea', byteas as never)
/** Milliseconds since the epoch on this side, timestamptz on the other. */
export const instant = column<number>('timestamptz', instants as never)
export const json = <T = Json>() => column<T>('jsonb', jsonbs as never)
export const nullable = <T>(of: Column<T>): Column<T | null> =>
  ({ ...of, nullable: true }) as Column<T | null>

type Columns = Readonly<Record<string, Column<unknown>>>
export interface Table<C extends Columns> {
  readonly name: string
  readonly columns: C
}
export type RowOf<T> =
  T extends Table<infer C> ? { -readonly [K in keyof C]: C[K] extends Column<infer V> ? V : never } : never
type RowIn<C extends Columns> = { readonly [K in keyof C]: C[K] extends Column<infer V> ? V : never }

export function table<C extends Columns>(name: string, columns: C): Table<C> {
  return { name, columns }
}

const encodeAll = (columns: Columns, names: readonly string[], rows: readonly object[]) =>
  names.map(name => {
    const of = columns[name]
    if (!of) throw new TypeError(`no column ${name}`)
    return of.encode(rows.map(row => (row as Record<string, never>)[name] ?? null) as never)
  })

const unnest = (columns: Columns, names: readonly string[]) =>
  `unnest(${names.map((name, i) => `$${i + 1}::${columns[name]?.sql}[]`).join(', ')})`

/**
 * Inserts rows in one statement, in the order given: sort them by key first (the lock order).
 * @param tail what follows the select: `on conflict do nothing returning id`
 */
export async function insertRows<C extends Columns, K extends keyof C & string, R = Record<string, unknown>>(
  tx: Querying,
  into: Table<C>,
  names: readonly K[],
  rows: readonly Pick<RowIn<C>, K>[],
  tail = '',
): Promise<R[]> {
  if (rows.length === 0) return []
  const sql = `insert into hrhub.${into.name} (${names.join(', ')}) select * from ${unnest(into.columns, names)} ${tail}`
  return (
    await tx.query<R & Record<string, unknown>>(
      { name: statementName('insert', sql), text: sql },
      encodeAll(into.columns, names, rows),
    )
  ).rows
}

/**
 * Updates rows by key in one statement.
 * @param set SQL of the assignments over `t` (the table) and `v` (the values): `state = v.state`
 * @param where further condition, `t.claim = v.claim`
 */
export async function updateRows<C extends Columns, K extends keyof C & string, R = Record<string, unknown>>(
  tx: Querying,
  of: Table<C>,
  key: readonly K[],
  names: readonly K[],
  rows: readonly Pick<RowIn<C>, K>[],
  more: { readonly set?: string; readonly where?: string; readonly returning?: string } = {},
): Promise<R[]> {
  if (rows.length === 0) return []
  const all = [...key, ...names]
  const assignments = [...names.map(name => `${name} = v.${name}`), ...(more.set ? [more.set] : [])].join(
    ', ',
  )
  const match = key.map(name => `t.${name} = v.${name}`).join(' and ')
  const sql = `update hrhub.${of.name} t set ${assignments} from ${unnest(of.columns, all)} as v(${all.join(', ')}) where ${match}${more.where ? ` and ${more.where}` : ''}${more.returning ? ` returning ${more.returning}` : ''}`
  return (
    await tx.query<R & Record<string, unknown>>(
      { name: statementName('update', sql), text: sql },
      encodeAll(of.columns, all, rows),
    )
  ).rows
}

/** Rows of a select over one table, instants as milliseconds. */
export async function selectRows<C extends Columns>(
  tx: Querying,
  from: Table<C>,
  rest: string,
  params: readonly unknown[] = [],
): Promise<RowOf<Table<C>>[]> {
  const sql = `select ${Object.keys(from.columns)
    .map(name => `t.${name}`)
    .join(', ')} from hrhub.${from.name} t ${rest}`
  const { rows } = await tx.query({ name: statementName('select', sql), text: sql }, params)
  return asRows(from, rows)
}

/** Turns rows that a `returning t.*` gave into rows of the table. */
export function asRows<C extends Columns>(
  of: Table<C>,
  rows: readonly Record<string, unknown>[],
): RowOf<Table<C>>[] {
  const instantNames = Object.keys(of.columns).filter(name => of.columns[name]?.sql === 'timestamptz')
  for (const row of rows)
    for (const name of instantNames) if (row[name] instanceof Date) row[name] = row[name].getTime()
  return rows as RowOf<Table<C>>[]
}

/** `unnest(…) as v(…)` over some columns, for statements that are written out by hand. */
export function unnested<C extends Columns>(of: Table<C>, names: readonly (keyof C & string)[]): string {
  return `${unnest(of.columns, names)} as v(${names.join(', ')})`
}

/** The parameters that go with `unnested`. */
export function encoded<C extends Columns, K extends keyof C & string>(
  of: Table<C>,
  names: readonly K[],
  rows: readonly Pick<RowIn<C>, K>[],
): Buffer[] {
  return encodeAll(of.columns, names, rows)
}

const names = new Map<string, string>()

/** Prepared statements need a name per text; texts come from code alone, so they are few. */
function statementName(verb: string, sql: string): string {
  const known = names.get(sql)
  if (known) return known
  const name = `${verb}_${names.size}`
  names.set(sql, name)
  return name
}
