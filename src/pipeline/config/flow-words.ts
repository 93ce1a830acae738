/** Which words a flow may have: by where it leads, and by the words they belong to. */
import type { YamlPath } from '../../kernel/yaml.js'
import type { ProblemList } from '../../mapping/problems.js'
import type { FlowEnds, FlowSource } from './flow-source.js'
import type { FlowEntry } from './grammar.js'

type Word = keyof FlowEntry

/** Words that say nothing where a flow leads; the rest fit. */
const UNFIT: Readonly<
  Record<FlowEnds['leads'], { readonly words: readonly Word[]; readonly because: string }>
> = {
  in: {
    words: [
      'was',
      'answer',
      'when',
      'remove_when',
      'replace_when',
      'each',
      'key',
      'at',
      'until',
      'once',
      'every',
      'backfill',
      'wait_for',
      'if_gone',
    ],
    because: 'belongs to flows that lead out of the hub; what comes in is chosen by the mapping',
  },
  hub: {
    words: ['answer', 'replace_when', 'if_gone', 'every'],
    because: 'belongs to flows to a system',
  },
  out: { words: [], because: '' },
}

interface Need {
  readonly word: Word
  readonly fits: (entry: FlowEntry) => boolean
  readonly because: string
}

const NEEDS: readonly Need[] = [
  { word: 'key', fits: ({ each }) => each !== undefined, because: 'tells apart the entries of `each`' },
  { word: 'until', fits: ({ at }) => at !== undefined, because: 'counts from `at`' },
  {
    word: 'remove_when',
    fits: ({ remove_when, when }) => remove_when !== 'otherwise' || when !== undefined,
    because: ': `otherwise` is what `when` is not; say `when`',
  },
  {
    word: 'remove_when',
    fits: ({ once }) => once === undefined,
    because: 'never comes to pass beside `once`: a once-row has one effect in its life',
  },
  {
    word: 'every',
    fits: ({ each, once, at, remove_when }) => !each && !once && !at && !remove_when,
    because: 'sends each change as it was: without `each`, `once`, `at` and `remove_when`',
  },
]

export function checkWords({ entry, ends, list, at }: FlowSource): void {
  const { words, because } = UNFIT[ends.leads]
  for (const word of words) if (entry[word] !== undefined) unfit(word, because, at, list)
  if (ends.leads === 'in') return
  const told = new Set<Word>(words)
  for (const { word, fits, because: why } of NEEDS) {
    if (entry[word] === undefined || told.has(word) || fits(entry)) continue
    told.add(word)
    unfit(word, why, at, list)
  }
}

function unfit(word: string, because: string, at: YamlPath, list: ProblemList): void {
  const message = because.startsWith(':') ? `\`${word}\`${because}` : `\`${word}\` ${because}`
  list.add('CONFIG_FLOW_WORD_UNFIT', [...at, word], message, { key: true })
}
