/**
 * What an operator can have done to a ledger: one row per verb with the shape of its words. The same functions run
 * in the hub that is running or in the process of the command.
 */
import Type, { type TSchema } from 'typebox'
import { HubError } from '../../kernel/errors.js'
import { isObject, type Json } from '../../kernel/json.js'
import { backup } from '../../ledger/backup.js'
import { findReplayable } from '../../ledger/find-replayable.js'
import { explain } from '../../pipeline/explain/explain.js'
import { allKeys, createKey, endKey, SCOPES } from '../../pipeline/keys.js'
import { countRedrive, operationAnswer, redriveAll, redriveDelivery } from '../../pipeline/redrive.js'
import { replayMessages } from '../../pipeline/replay.js'
import { IMPORT_VERBS } from './import-verbs.js'
import { ledgerState } from './ledger-state.js'
import { MAPPING_VERBS } from './mapping-verbs.js'
import type { OperatorMeans } from './means.js'
import { type Verb, verb } from './verb.js'

const Name = Type.String({ minLength: 1, maxLength: 200 })
const Tenant = Type.Object({ tenant: Name })
const Instant = Type.Integer({ minimum: 0 })

function pipelineOf({ pipeline }: OperatorMeans) {
  if (!pipeline) throw new HubError('HUB_DEFECT', { detail: 'the verb needs a hub' })
  return pipeline
}

export const VERBS = {
  ...IMPORT_VERBS,
  ...MAPPING_VERBS,
  ping: verb({ needs: 'ledger', words: Type.Object({}), run: async () => ({ pid: process.pid }) }),
  state: verb({ needs: 'ledger', words: Type.Object({}), run: ({ parts }) => ledgerState(parts) }),
  explain: verb({
    needs: 'ledger',
    words: Type.Object({ tenant: Name, id: Name }),
    run: async ({ parts, config }, { tenant, id }) =>
      explain({ ledger: parts.ledger, clock: parts.clock, config: await config(tenant) }, tenant, id),
  }),
  replay: verb({
    needs: 'hub',
    words: Type.Object({ tenant: Name, messages: Type.Array(Name, { maxItems: 500 }) }),
    run: async (means, { tenant, messages }) => {
      const folded = await replayMessages(
        { parts: means.parts, refolder: pipelineOf(means).refolder },
        tenant,
        messages,
      )
      return folded.map(({ id, state, verdicts }) => ({ id, state, verdicts }))
    },
  }),
  replayable: verb({
    needs: 'ledger',
    words: Type.Object({
      tenant: Name,
      since: Instant,
      connection: Name,
      after: Type.Optional(Name),
      limit: Type.Integer({ minimum: 1, maximum: 500 }),
    }),
    run: ({ parts }, { tenant, ...filter }) => findReplayable(parts.ledger, tenant, filter),
  }),
  redrive: verb({
    needs: 'hub',
    words: Type.Object({ tenant: Name, delivery: Name }),
    run: async (means, { tenant, delivery }) => {
      await redriveDelivery({ parts: means.parts, bell: pipelineOf(means).bell }, tenant, delivery)
      return { id: delivery }
    },
  }),
  redriveCount: verb({
    needs: 'hub',
    words: Type.Object({ tenant: Name, code: Name }),
    run: async ({ parts }, { tenant, code }) => ({ matched: await countRedrive(parts, tenant, { code }) }),
  }),
  redriveAll: verb({
    needs: 'hub',
    words: Type.Object({ tenant: Name, code: Name }),
    run: async (means, { tenant, code }) => {
      const bell = pipelineOf(means).bell
      const operation = await redriveAll({ parts: means.parts, bell }, tenant, { code })
      await operation.done
      const answer = await operationAnswer(means.parts, tenant, operation.id)
      return { operation: operation.id, matched: operation.matched, ...answer }
    },
  }),
  keysList: verb({ needs: 'ledger', words: Tenant, run: ({ parts }, { tenant }) => allKeys(parts, tenant) }),
  keysRevoke: verb({
    needs: 'ledger',
    words: Type.Object({ tenant: Name, id: Name }),
    run: async ({ parts }, { tenant, id }) => {
      await endKey(parts, tenant, id)
      return { id }
    },
  }),
  keysCreate: verb({
    needs: 'hub',
    words: Type.Object({
      tenant: Name,
      name: Name,
      scopes: Type.Array(Type.Enum([...SCOPES]), { minItems: 1, maxItems: SCOPES.length }),
      connection: Type.Optional(Name),
    }),
    run: ({ parts }, { tenant, name, scopes, connection }) =>
      createKey(parts, tenant, { name, scopes, connection }),
  }),
  backup: verb({
    needs: 'ledger',
    words: Type.Object({ file: Type.String({ minLength: 1, maxLength: 4096 }) }),
    run: ({ parts }, { file }) => backup(parts.ledger, file),
  }),
} as const

export type VerbName = keyof typeof VERBS
export type WordsOf<V extends VerbName> = Parameters<(typeof VERBS)[V]['run']>[1]
export type ResultOf<V extends VerbName> = Awaited<ReturnType<(typeof VERBS)[V]['run']>>

const isVerb = (name: unknown): name is VerbName => typeof name === 'string' && Object.hasOwn(VERBS, name)

/** @throws HubError `CLI_USE_WRONG` for an unknown verb or words that do not fit it */
export async function runVerb(means: OperatorMeans, asked: Json): Promise<unknown> {
  const name = isObject(asked) ? asked['verb'] : undefined
  if (!isObject(asked) || !isVerb(name))
    throw new HubError('CLI_USE_WRONG', { detail: 'there is no such verb' })
  const row: Verb<TSchema, unknown> = VERBS[name]
  const words = asked['words'] ?? {}
  // Two hundred modules that a start does not need.
  const { Check } = await import('typebox/value')
  if (!Check(row.words, words))
    throw new HubError('CLI_USE_WRONG', { detail: `the words do not fit ${name}` })
  return row.run(means, words)
}
