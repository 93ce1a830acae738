/**
 * The door of a running hub for its own command line: HTTP on 127.0.0.1, a random port and a random key that only
 * the owner of the data folder can read. Commands behave the same whether a hub runs or the folder is opened.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HubError, isHubError } from '../../kernel/errors.js'
import { parseJson } from '../../kernel/json.js'
import type { OperatorMeans } from './means.js'
import { runVerb } from './verbs.js'

export interface OperatorDoor {
  readonly address: string
  readonly key: string
  close(): Promise<void>
}

/** The longest words are ids of messages: `compareRecords` takes ten thousand. */
const MOST_BYTES = 1024 * 1024
const REQUEST_MS = 10_000

export async function openOperatorDoor(means: OperatorMeans): Promise<OperatorDoor> {
  const key = randomBytes(32).toString('base64url')
  const server = createServer(
    { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, maxHeaderSize: 8192 },
    (request, response) => void answer(means, key, request, response),
  )
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    address: `http://127.0.0.1:${port}`,
    key,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeIdleConnections()
      }),
  }
}

async function answer(
  means: OperatorMeans,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const reply = (status: number, value: unknown) => {
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
    response.end(JSON.stringify(value))
  }
  try {
    if (!allowed(request.headers.authorization, key))
      return reply(401, { code: 'CLI_USE_WRONG', detail: 'the key is wrong' })
    const result = await runVerb(means, parseJson(await bodyOf(request)))
    reply(200, { result })
  } catch (error) {
    if (isHubError(error)) return reply(error.entry.status, { code: error.code, detail: error.message })
    means.parts.log.error({ error: error instanceof Error ? error.stack : String(error) }, 'operator.failed')
    reply(500, { code: 'HUB_DEFECT', detail: 'the hub failed; its log says why' })
  }
}

/** Digests of one length: the comparison takes the same time whatever was sent. */
function allowed(header: string | undefined, key: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${key}`))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MOST_BYTES)
      throw new HubError('CLI_USE_WRONG', { detail: `a command of more than ${MOST_BYTES} bytes` })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
