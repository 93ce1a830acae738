/**
 * The rows of every table of schema `hrhub`, as Kysely sees them: one entry per table, named as in the
 * migrations, without the schema.
 */
import type { LeaseTable } from './migrations/0000-leases.js'

export interface Tables {
  leases: LeaseTable
}
