/** A stand-in for the hub's hook: a real HTTP server that keeps what it was told, bytes and headers. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Heard {
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly raw: string
}
export interface Ear {
  readonly url: string
  readonly heard: Heard[]
  /** Statuses for the next calls; afterwards 200. */
  readonly statuses: number[]
  /** Body of every answer; a function reads the question first. */
  answer: string | ((heard: Heard) => string | Promise<string>)
  close(): Promise<void>
}

export async function openEar(): Promise<Ear> {
  const heard: Heard[] = []
  const statuses: number[] = []
  const ear: Pick<Ear, 'answer'> = { answer: '{"ok":true}' }
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const question = {
        path: request.url ?? '',
        headers: request.headers as Record<string, string>,
        raw: Buffer.concat(chunks).toString('utf8'),
      }
      heard.push(question)
      const status = statuses.shift() ?? 200
      const answer = typeof ear.answer === 'string' ? ear.answer : ear.answer(question)
      void Promise.resolve(answer).then(text =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(text),
      )
    })
  })
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  return Object.assign(ear, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks/hk_test`,
    heard,
    statuses,
    close: () =>
      new Promise<void>(done => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  })
}
