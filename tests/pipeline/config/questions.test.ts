import { describe, expect, it } from 'vitest'
import { formatProblem } from '../../../src/kernel/errors.js'
import { questionsIn } from '../../../src/pipeline/config/check/questions.js'

const TEXT = `# ?: first
a: b  # ?: behind a value
text: "no # ?: question"
block: |
  # ?: a line of a text
list:
  # ?: 手机号 is which field?
  - { a: 1, b: [x] } # a comment with # ?: in it
`

describe('open questions of a file', () => {
  it('are its comments that begin with the mark, each with its place; texts are texts', () => {
    expect(questionsIn(TEXT, 'a.yaml').map(formatProblem)).toEqual([
      'a.yaml:1:1 warning CONFIG_QUESTION_OPEN first',
      'a.yaml:2:7 warning CONFIG_QUESTION_OPEN behind a value',
      'a.yaml:7:3 warning CONFIG_QUESTION_OPEN 手机号 is which field?',
    ])
  })

  it('are found in a file that is no sound YAML, too', () => {
    expect(questionsIn('a: [1\n# ?: what\n', 'a.yaml')).toHaveLength(1)
    expect(questionsIn('a: 1\n', 'a.yaml')).toEqual([])
  })
})
