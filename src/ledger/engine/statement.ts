/** Named statements: parsed and planned once per connection. One name, one text, for the life of the process. */
import { createHash } from 'node:crypto'
import type { Statement } from './types.js'

/**
 * @param name what it does, for pg_stat_activity and pg_prepared_statements; the text's hash makes it unique
 * @param text constant SQL; text made from data would fill the server's memory with plans
 */
export function statement(name: string, text: string): Statement {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 8)
  return { name: `${name.slice(0, 50)}-${hash}`, text }
}
