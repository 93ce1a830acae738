/** One row of the verbs: what it needs, the shape of its words, and what it does. */
import type { Static, TSchema } from 'typebox'
import type { OperatorMeans } from './means.js'

export interface Verb<S extends TSchema, R> {
  /** hub: needs the compiled folder and the pipeline; ledger: the ledger is enough. */
  readonly needs: 'ledger' | 'hub'
  readonly words: S
  run(means: OperatorMeans, words: Static<S>): Promise<R>
}

export const verb = <S extends TSchema, R>(row: Verb<S, R>): Verb<S, R> => row
