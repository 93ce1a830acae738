/** Verbs about a mapping and the messages that went through it: what its file on disk would change, and doing it. */
import Type from 'typebox'
import { HubError } from '../../kernel/errors.js'
import { countMessages } from '../../ledger/page-messages.js'
import { compareMessages } from '../../pipeline/compare/compare-messages.js'
import { compareRecords } from '../../pipeline/compare/compare-records.js'
import { scopeOf } from '../../pipeline/compare/scope.js'
import { stepReplay } from '../../pipeline/replay-mapping.js'
import type { OperatorMeans } from './means.js'
import { verb } from './verb.js'

const Name = Type.String({ minLength: 1, maxLength: 200 })
const Id = Type.String({ minLength: 1, maxLength: 2000 })
const Since = Type.Integer({ minimum: 0 })
/** Messages that one verb reads again for its records. */
export const MOST_MESSAGES = 10_000

const OnDisk = {
  tenant: Name,
  mapping: Name,
  connection: Type.Optional(Name),
  projects: Type.Array(Type.String({ minLength: 1, maxLength: 4096 }), { minItems: 1, maxItems: 1000 }),
  run: Name,
}

async function scopeOnDisk(
  { disk }: OperatorMeans,
  words: {
    readonly run: string
    readonly projects: readonly string[]
    readonly tenant: string
    readonly mapping: string
    readonly connection?: string
  },
) {
  const config = await disk.tenant(words.run, words.projects, words.tenant)
  return { config, scope: scopeOf(config, words.mapping, words.connection) }
}

export const MAPPING_VERBS = {
  compareStart: verb({
    needs: 'ledger',
    words: Type.Object({ ...OnDisk, since: Since }),
    run: async (means, { since, ...words }) => {
      const { scope } = await scopeOnDisk(means, words)
      const total = await countMessages(means.parts.ledger, words.tenant, { places: scope.flows, since })
      return { total, version: scope.version, flows: scope.flows.map(flow => flow.id) }
    },
  }),
  compareMessages: verb({
    needs: 'ledger',
    words: Type.Object({ ...OnDisk, since: Since, after: Type.String({ maxLength: 200 }) }),
    run: async (means, { since, after, ...words }) => {
      const { config, scope } = await scopeOnDisk(means, words)
      return compareMessages(means.parts, config, scope, { since, after })
    },
  }),
  compareRecords: verb({
    needs: 'ledger',
    words: Type.Object({
      ...OnDisk,
      subjects: Type.Array(
        Type.Object({ record: Id, messages: Type.Array(Name, { maxItems: MOST_MESSAGES }) }),
        { maxItems: 500 },
      ),
    }),
    run: async (means, { subjects, ...words }) => {
      const { config, scope } = await scopeOnDisk(means, words)
      return compareRecords(means.parts, config, scope, subjects)
    },
  }),
  replayMapping: verb({
    needs: 'hub',
    words: Type.Object({ tenant: Name, mapping: Name, connection: Type.Optional(Name), since: Since }),
    run: ({ parts, pipeline }, { tenant, ...words }) => {
      if (!pipeline) throw new HubError('HUB_DEFECT', { detail: 'the verb needs a hub' })
      const { refolder, receiver } = pipeline
      return stepReplay({ parts, refolder, receiver }, tenant, words)
    },
  }),
} as const
