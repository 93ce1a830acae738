/** Expression text to syntax tree, by the CEL library's parser with limits far below its defaults. */
import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js'

export type { ASTNode } from '@marcbachmann/cel-js'

export const MAX_EXPRESSION_LENGTH = 2000

const parser = new Environment({
  unlistedVariablesAreDyn: true,
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
  limits: { maxDepth: 30, maxAstNodes: 400, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 8 },
})

/** The tree, or what is wrong with the text. */
export function parseExpression(text: string): ASTNode | string {
  if (text.trim() === '') return 'the expression is empty'
  if (text.length > MAX_EXPRESSION_LENGTH) return `longer than ${MAX_EXPRESSION_LENGTH} characters`
  try {
    return parser.parse(text).ast
  } catch (error) {
    if (error instanceof ParseError) return `${error.summary} at character ${(error.range?.start ?? 0) + 1}`
    throw error
  }
}
