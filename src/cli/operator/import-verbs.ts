/** Verbs of an import: rows come from the command that reads the file, portion by portion, and verdicts go back. */
import Type from 'typebox'
import { HubError } from '../../kernel/errors.js'
import type { Json } from '../../kernel/json.js'
import type { SentRow } from '../../pipeline/import/store-rows.js'
import type { OperatorMeans } from './means.js'
import { verb } from './verb.js'

const Name = Type.String({ minLength: 1, maxLength: 200 })
const Hash = Type.String({ pattern: '^[0-9a-f]{64}$' })
const Count = Type.Integer({ minimum: 0 })
const Key = { tenant: Name, connection: Name, resource: Name, hash: Hash, holder: Name }

function importerOf({ pipeline }: OperatorMeans) {
  if (!pipeline) throw new HubError('HUB_DEFECT', { detail: 'the verb needs a hub' })
  return pipeline.importer
}

export const IMPORT_VERBS = {
  importBegin: verb({
    needs: 'hub',
    words: Type.Object({
      tenant: Name,
      mapping: Type.Optional(Name),
      connection: Type.Optional(Name),
      resource: Type.Optional(Name),
      hash: Hash,
      file: Type.String({ minLength: 1, maxLength: 1000 }),
      writtenAt: Count,
      columns: Type.Optional(Type.Array(Type.String({ maxLength: 200_000 }), { maxItems: 1000 })),
      sample: Type.Array(Type.Unknown(), { maxItems: 1000 }),
      holder: Name,
      again: Type.Boolean(),
    }),
    run: (means, { columns, sample, ...words }) =>
      importerOf(means).begin({ ...words, columns, sample: sample as readonly Json[] }),
  }),
  importRows: verb({
    needs: 'hub',
    words: Type.Object({
      ...Key,
      from: Count,
      rejectsAt: Count,
      rows: Type.Array(
        Type.Object({
          row: Count,
          line: Count,
          body: Type.Optional(Type.Unknown()),
          broken: Type.Optional(Type.String({ maxLength: 2000 })),
        }),
        { minItems: 1, maxItems: 1000 },
      ),
    }),
    run: (means, { holder, from, rejectsAt, rows, ...key }) =>
      importerOf(means).store(key, holder, from, rejectsAt, rows as readonly SentRow[]),
  }),
  importEnd: verb({
    needs: 'hub',
    words: Type.Object({ ...Key, position: Count }),
    run: async (means, { holder, position, ...key }) => {
      await importerOf(means).end(key, holder, position)
      return { position }
    },
  }),
  importLeave: verb({
    needs: 'hub',
    words: Type.Object(Key),
    run: async (means, { holder, ...key }) => {
      await importerOf(means).leave(key, holder)
      return {}
    },
  }),
} as const
