/**
 * What a message keeps of its bytes once something in it turned out to be about an erased person: nothing, or, while
 * other items of it still wait, those items alone: the end of their wait folds them from these very bytes.
 */
import { isObject, parseJson } from '../../kernel/json.js'
import type { MessageRow, Verdict } from '../../ledger/schema.js'

/** Member of a message's head: numbers of the items that were taken out. */
const TAKEN_OUT = 'erased'

/** Whether the body of a message is a list, each entry an item of its own: a page of a poll, rows of a file. */
export const isPage = ({ source, resource }: Pick<MessageRow, 'source' | 'resource'>) =>
  resource !== null && (source === 'poll' || source === 'import')

export function isTakenOut(message: MessageRow, item: number): boolean {
  const taken = message.head[TAKEN_OUT]
  return Array.isArray(taken) && taken.includes(item)
}

export function keepRest(message: MessageRow, verdicts: readonly Verdict[]): MessageRow {
  if (!verdicts.some(({ verdict }) => verdict === 'erased')) return message
  if (!verdicts.some(({ verdict }) => verdict === 'waiting')) return { ...message, head: {}, body: '' }
  const list = isPage(message) ? parseJson(message.body) : undefined
  // One thing, or a form that only its connector can take apart: it goes when the wait is over.
  if (!Array.isArray(list)) return message
  const taken = new Set(verdicts.map(({ item }) => item))
  for (const { item, verdict } of verdicts) if (verdict !== 'erased') taken.delete(item)
  if (taken.size === 0) return message
  // An item's number is its place: the places stay.
  const body = JSON.stringify(list.map((item, i) => (taken.has(i) ? null : item)))
  const attachments = message.head['attachments']
  const files = Object.entries(isObject(attachments) ? attachments : {})
  return {
    ...message,
    body,
    head: {
      ...message.head,
      [TAKEN_OUT]: [...taken].sort((a, b) => a - b),
      attachments: Object.fromEntries(files.filter(([url]) => body.includes(JSON.stringify(url)))),
    },
  }
}

/** Hashes of the files that were fetched for a message. */
export function filesOf(message: MessageRow | undefined): string[] {
  const attachments = message?.head['attachments']
  return Object.values(isObject(attachments) ? attachments : {}).flatMap(had =>
    isObject(had) && typeof had['blob'] === 'string' ? [had['blob']] : [],
  )
}
