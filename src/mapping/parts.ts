/** What the two directions of a mapping share when they are built. */
import type { YamlFile } from '../kernel/yaml.js'
import type { Head } from './head.js'
import type { ProblemList } from './problems.js'
import type { RuleContext } from './rule/context.js'
import type { Known } from './schema.js'
import type { ReadPath } from './types.js'

export interface Parts {
  readonly head: Head
  readonly file: YamlFile
  readonly list: ProblemList
  readonly cx: RuleContext
  readonly target: Known
}

/** Paths without doubles. */
export function distinctReads(reads: readonly ReadPath[]): readonly ReadPath[] {
  return [...new Map(reads.map(read => [`${read.via.join('>')}:${read.path}`, read])).values()]
}
