/**
 * Open questions of a folder: lines that a draft left for a person, `# ?: text`, in any YAML file that the hub reads.
 * Only comments count; the same words in a text are a text.
 */
import { join } from 'node:path'
import { Lexer, LineCounter } from 'yaml'
import { QUESTION } from '../../../connector/draft/draft-text.js'
import type { Problem } from '../../../kernel/errors.js'
import { foldersIn, readSource, readSources, type SourceFile } from '../source-file.js'

/** What the lexer puts between tokens that is no text of the file. */
const CONTROL = new Set(['\u0002', '\u0018', '\u001F'])
const SCALAR = '\u001F'

/** @param folder of an integrator, or of what ships */
export async function openQuestions(folder: string): Promise<readonly Problem[]> {
  const connectors = join(folder, 'connectors')
  const single = ['connections.yaml', 'ownership.yaml'].map(name => join(folder, name))
  const manifests = (await foldersIn(connectors)).map(name => join(connectors, name, 'connector.yaml'))
  const [read, ...folders] = await Promise.all([
    Promise.all(
      [...single, ...manifests].map(async file => ({ file, source: await readSource(file, file) })),
    ),
    ...['mappings', 'flows', 'tables'].map(async name => ({
      name,
      found: await readSources(join(folder, name)),
    })),
  ])
  return [
    ...read.flatMap(({ file, source }) => ('text' in source ? questionsIn(source.text, file) : [])),
    ...folders.flatMap(({ name, found }) =>
      found.files.flatMap((source: SourceFile) =>
        questionsIn(source.text, join(folder, name, `${source.name}.yaml`)),
      ),
    ),
  ]
}

/** Questions of one text, each at the place of its comment. */
export function questionsIn(text: string, file: string): readonly Problem[] {
  // Lexing a file costs as much as reading it; most have no question at all.
  if (!text.includes(QUESTION)) return []
  const lines = new LineCounter()
  lines.addNewLine(0)
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1)
  const problems: Problem[] = []
  let offset = 0
  let before = ''
  for (const token of new Lexer().lex(text)) {
    if (token.startsWith(QUESTION) && before !== SCALAR) {
      const { line, col } = lines.linePos(offset)
      const message = token.slice(QUESTION.length).trim() || 'a question without words'
      problems.push({ code: 'CONFIG_QUESTION_OPEN', severity: 'warning', message, file, line, column: col })
    }
    if (!CONTROL.has(token)) offset += token.length
    before = token
  }
  return problems
}
