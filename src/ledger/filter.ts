/**
 * Conditions of a list, put together from fixed pieces of SQL: a filter that was not given leaves no trace in
 * the statement, so the planner sees exactly what is asked.
 */

/** A piece of SQL with `:value` where its parameter goes; undefined = not asked. */
export type Clause = { readonly sql: string; readonly value: unknown } | undefined

export function clause(sql: string, value: unknown): Clause {
  return value === undefined ? undefined : { sql, value }
}

/** @param tenant always the first condition: no list sees another tenant */
export function filtered(
  tenant: string,
  clauses: readonly Clause[],
): { readonly where: string; readonly params: unknown[] } {
  const params: unknown[] = [tenant]
  const conditions = ['t.tenant = $1']
  for (const one of clauses) {
    if (!one) continue
    params.push(one.value)
    conditions.push(one.sql.replaceAll(':value', `$${params.length}`))
  }
  return { where: `where ${conditions.join(' and ')}`, params }
}
