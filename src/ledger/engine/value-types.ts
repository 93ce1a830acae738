/**
 * How values of the database become values of JavaScript for the hub's own statements: nothing loses digits,
 * nothing is read in the local time zone. Borrowers of the pool keep the defaults of `pg`.
 */
import pg from 'pg'
import { HubError } from '../../kernel/errors.js'
import { instantOf } from './instant-text.js'

const INT8 = 20
const INT8_ARRAY = 1016
const DATE = 1082
const TIMESTAMP = 1114
const TIMESTAMPTZ = 1184

function safeNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) {
    throw new HubError('LEDGER_NUMBER_UNSAFE', { detail: `${text} is over 2^53; select it as text` })
  }
  return value
}

const asText = (text: string) => text

const anyInstant = pg.types.getTypeParser(TIMESTAMPTZ, 'text') as (text: string) => unknown

const OWN = new Map<number, (text: string) => unknown>([
  [INT8, safeNumber],
  [INT8_ARRAY, text => JSON.parse(text.replace('{', '[').replace('}', ']').replaceAll('NULL', 'null'))],
  [DATE, asText],
  [TIMESTAMP, asText],
  [TIMESTAMPTZ, text => instantOf(text) ?? anyInstant(text)],
])

export const valueTypes: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format: 'text' | 'binary') =>
    (format === 'text' ? OWN.get(oid) : undefined) ??
    pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
}
