/** What a server process has used so far, told when asked: CPU, memory, and the statements it sent. */
import pg from 'pg'

export interface Usage {
  readonly cpuMs: number
  readonly rssMb: number
  readonly statements: Readonly<Record<string, number>>
}

const statements: Record<string, number> = {}

/** Counts what goes to the database by name, or by its first words. Costs a few percent: for looking, not for figures. */
export function countStatements(): void {
  const prototype = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown }
  const { query } = prototype
  prototype.query = function counted(...args: unknown[]) {
    const [first] = args as [{ name?: string; text?: string } | string]
    const text = typeof first === 'string' ? first : (first.text ?? '')
    const table = /hrhub\.(\w+)/.exec(text)?.[1] ?? ''
    const named = typeof first === 'string' ? undefined : first.name
    const name = named ? `${named} ${table}` : text.slice(0, 40)
    statements[name] = (statements[name] ?? 0) + 1
    return query.apply(this, args)
  }
}

export function answerUsage(): void {
  process.on('message', (question: { ask?: string }) => {
    if (question.ask !== 'usage') return
    const { user, system } = process.cpuUsage()
    const usage: Usage = {
      cpuMs: (user + system) / 1000,
      rssMb: Math.round(process.memoryUsage().rss / 1024 / 1024),
      statements: { ...statements },
    }
    process.send?.({ answer: usage })
  })
}
