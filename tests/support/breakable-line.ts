/** A TCP line on 127.0.0.1 that a test can cut and mend, to any server. */
import { connect, createServer, type Socket } from 'node:net'

export interface BreakableLine {
  readonly port: number
  /** Drops every connection and refuses new ones. */
  cut(): Promise<void>
  mend(): Promise<void>
  close(): Promise<void>
}

export async function breakableLine(to: { host: string; port: number }): Promise<BreakableLine> {
  const open = new Set<Socket>()
  const server = createServer(near => {
    const far = connect(to)
    for (const socket of [near, far]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        open.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  const listen = (port: number) => new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  const cut = async () => {
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    for (const socket of open) socket.destroy()
    await closed
  }
  await listen(0)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const { port } = address
  return { port, cut, mend: () => listen(port), close: async () => (server.listening ? cut() : undefined) }
}
