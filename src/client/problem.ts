/** What the hub refuses, as an error with its code: RFC 9457 as a program reads it. */

/** One place of a request that does not fit. */
export interface ProblemPlace {
  readonly path?: string
  readonly detail?: string
  readonly [more: string]: unknown
}

/** A hub's answer that is no success. `code` never changes its meaning; the texts are for people. */
export class HubProblem extends Error {
  override readonly name = 'HubProblem'
  readonly status: number
  /** `HTTP_REQUEST_INVALID` …; `HTTP_ANSWER_FOREIGN` where something else than the hub answered. */
  readonly code: string
  readonly title: string
  readonly detail: string
  readonly remedy: string
  readonly errors: readonly ProblemPlace[]
  /** Milliseconds to wait before the same request is sent again; undefined where the hub does not say. */
  readonly retryAfterMs: number | undefined
  /** Every member of the answer. */
  readonly body: Readonly<Record<string, unknown>>

  constructor(status: number, body: Readonly<Record<string, unknown>>, retryAfterMs?: number) {
    const text = (name: string) => (typeof body[name] === 'string' ? body[name] : '')
    const code = text('code') || 'HTTP_ANSWER_FOREIGN'
    super(`${code} ${text('detail') || text('title') || `status ${status}`}`)
    this.status = status
    this.code = code
    this.title = text('title')
    this.detail = text('detail')
    this.remedy = text('remedy')
    this.errors = Array.isArray(body['errors']) ? (body['errors'] as readonly ProblemPlace[]) : []
    this.retryAfterMs = retryAfterMs
    this.body = body
  }
}

/** Something else than the hub answered, with a success: a proxy's login page. Another try cannot mend it. */
export const foreign = (detail: string): HubProblem =>
  new HubProblem(200, { code: 'HTTP_ANSWER_FOREIGN', title: 'not an answer of the hub', detail })

/** Reads an answer that is no success; a proxy's page in HTML is a problem without the hub's code. */
export async function problemOf(response: Response): Promise<HubProblem> {
  const text = await response.text().catch(() => '')
  return new HubProblem(response.status, objectIn(text), waitOf(response.headers.get('retry-after')))
}

function objectIn(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    // Not JSON: not the hub's words. The status says what is known.
    return {}
  }
}

/** RFC 9110 §10.2.3: seconds, or a date. */
function waitOf(header: string | null): number | undefined {
  if (header === null) return undefined
  const seconds = Number(header)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now()
  return Number.isNaN(ms) ? undefined : Math.max(0, ms)
}
