/** Calls a simulator as a plain HTTP client would. */
/** An answer's JSON as tests walk through it; the simulator already checked it against its document. */
export interface Loose {
  readonly [member: string]: Loose
  readonly [index: number]: Loose
}
export const list = (value: Loose | undefined): readonly Loose[] => value as unknown as readonly Loose[]

/** `pick(body, 'items.0.status')` */
export function pick(value: Loose | undefined, path: string): unknown {
  let node: Loose | undefined = value
  for (const step of path.split('.')) node = node?.[step]
  return node
}

export interface Answered {
  readonly status: number
  readonly body: Loose
  readonly headers: Headers
}
export type Caller = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Answered>

export function callerOf(url: string, auth: () => Record<string, string>): Caller {
  return async (method, path, body, headers = {}) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...auth(),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const isJson = answer.headers.get('content-type')?.includes('json') && text !== ''
    return { status: answer.status, body: isJson ? JSON.parse(text) : text, headers: answer.headers }
  }
}
