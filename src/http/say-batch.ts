/** A batch of sayings, line by line: each gets its verdict, none stops the others. */
import Type, { type Static } from 'typebox'
import { HubError as Hub, type HubError, isHubError } from '../kernel/errors.js'
import type { JsonObject } from '../kernel/json.js'
import { type Say, type SayAnswer, type SayMeans, say } from '../pipeline/say.js'
import { compileInput, parseBody } from './check-input.js'
import { instantOf } from './instant.js'
import { ExternalId, Name } from './schemas.js'

/** Lines of a batch. */
const MOST_LINES = 10_000
/** Lines checked and committed together; other callers get their turn in between. */
const CHUNK = 500

const Line = Type.Object(
  {
    connection: Type.Optional(Name('The connection the key speaks for.')),
    resource: Name('What the system calls such things.'),
    external_id: ExternalId,
    occurred_at: Type.Optional(Type.String({ format: 'date-time' })),
    gone: Type.Optional(Type.Boolean()),
    whole: Type.Optional(Type.Boolean()),
    data: Type.Unsafe<Record<string, unknown>>({ type: 'object' }),
  },
  { additionalProperties: false },
)

const fits = compileInput({ schema: Line, httpPart: 'body', method: 'POST', url: '' })

interface Checked {
  readonly line: number
  readonly say: Say | HubError
}

/**
 * @param occurredAt of lines that have no time of their own
 * @throws HubError `HTTP_BODY_LARGE` over 10 000 lines; LEDGER_AWAY with some lines stored: send it again
 */
export async function sayBatch(
  means: SayMeans,
  tenant: string,
  connection: string,
  kind: string,
  text: string,
  startedAt: number,
  occurredAt: number | undefined,
): Promise<JsonObject> {
  const lines = text
    .split('\n')
    .flatMap((line, i) => (line.trim() === '' ? [] : [{ line: i + 1, text: line }]))
  if (lines.length > MOST_LINES)
    throw new Hub('HTTP_BODY_LARGE', { detail: `${lines.length} lines; a batch takes ${MOST_LINES}` })
  const items: JsonObject[] = []
  for (let from = 0; from < lines.length; from += CHUNK) {
    const checked = lines
      .slice(from, from + CHUNK)
      .map(({ line, text }): Checked => ({ line, say: read(text, connection, kind, occurredAt) }))
    const says = checked.flatMap(({ say }) => (isHubError(say) ? [] : [say]))
    const answers = (await say(means, tenant, says, startedAt))[Symbol.iterator]()
    for (const one of checked)
      items.push(isHubError(one.say) ? refusal(one.line, one.say) : verdict(one.line, answers.next().value))
  }
  const counts: Record<string, number> = {}
  for (const { verdict } of items) counts[String(verdict)] = (counts[String(verdict)] ?? 0) + 1
  return { counts, items }
}

function read(
  text: string,
  connection: string,
  kind: string,
  occurredAt: number | undefined,
): Say | HubError {
  try {
    const value = parseBody(text)
    if (!fits(value))
      return new Hub('HTTP_REQUEST_INVALID', {
        detail: 'a line is { resource, external_id, data, connection?, occurred_at?, gone?, whole? }',
      })
    const line = value as Static<typeof Line>
    if (line.connection !== undefined && line.connection !== connection)
      return new Hub('HTTP_CONNECTION_FOREIGN', { detail: `this key speaks for ${connection}` })
    return {
      connection,
      resource: line.resource,
      kind,
      externalId: line.external_id,
      fields: line.data as JsonObject,
      whole: line.whole ?? false,
      occurredAt: instantOf(line.occurred_at, 'occurred_at') ?? occurredAt,
      gone: line.gone,
    }
  } catch (error) {
    if (isHubError(error) && error.kind !== 'defect') return error
    throw error
  }
}

const refusal = (line: number, error: HubError): JsonObject => ({
  line,
  verdict: 'invalid',
  message: null,
  record: null,
  code: error.code,
  detail: error.message,
})

const verdict = (line: number, answer: SayAnswer | undefined): JsonObject => ({
  line,
  verdict: answer?.verdict ?? 'defect',
  message: answer?.message ?? null,
  record: answer?.record ?? null,
  code: answer?.code ?? null,
  detail: answer?.detail ?? null,
})
