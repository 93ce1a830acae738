/** `hrhub explain ID`: the life of a message, a record or a delivery, step by step, and what happens next. */
import type { Life } from '../pipeline/explain/life.js'
import type { Invocation } from './invocation.js'
import { operate } from './operator/operate.js'
import { columns, type Exit, localTime } from './terminal.js'

export async function explain(
  { settings, terminal }: Invocation,
  id: string,
  { tenant }: { readonly tenant: string },
): Promise<Exit> {
  const life = await operate(settings, 'ledger', ask => ask('explain', { tenant, id }))
  terminal.show(
    { ...life, steps: life.steps.map(step => ({ ...step, at: new Date(step.at).toISOString() })) },
    lifeLines(life),
  )
  return 0
}

export function lifeLines({ is, id, title, steps, next }: Life): string[] {
  return [
    `${is} ${id}`,
    title,
    '',
    ...columns(
      steps.map(step => [localTime(step.at), step.is, step.text]),
      '  ',
    ),
    '',
    ...columns(
      next.map((line, index) => [index === 0 ? 'next' : '', line]),
      '  ',
    ),
  ]
}
