/**
 * The thread PGlite runs in: Postgres' wire protocol in, its answer out, one request at a time. A statement of a
 * second would otherwise stop every webhook for a second.
 */
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'
import type * as PGliteModule from '@electric-sql/pglite'

export interface ThreadData {
  /** File of the PGlite package. */
  readonly pglite: string
  /** Folder of the database, or undefined for memory. */
  readonly folder: string | undefined
  /** Dump to start from, where the folder is new. */
  readonly restoreFrom: string | undefined
}

export type Order =
  | { readonly is: 'wire'; readonly bytes: Uint8Array }
  | { readonly is: 'dump'; readonly file: string }
  | { readonly is: 'close' }

export type Report =
  | { readonly is: 'ready' }
  | { readonly is: 'wire'; readonly bytes: Uint8Array }
  | { readonly is: 'dumped' }
  | { readonly is: 'closed' }
  | { readonly is: 'failed'; readonly error: unknown }

/**
 * The whole program of the thread. It travels as its own text, so it runs alike from src under the test runner,
 * from dist and from a bundle; therefore it uses nothing from outside itself but `require`.
 */
function program(require: NodeJS.Require): void {
  const { parentPort, workerData } = require('node:worker_threads') as typeof import('node:worker_threads')
  const fs = require('node:fs') as typeof import('node:fs')
  const data = workerData as ThreadData
  const { PGlite } = require(data.pglite) as typeof PGliteModule
  const port = parentPort
  if (!port) return

  const isNew = data.folder === undefined || !fs.existsSync(`${data.folder}/PG_VERSION`)
  const opened = PGlite.create({
    ...(data.folder === undefined ? {} : { dataDir: data.folder }),
    ...(isNew && data.restoreFrom !== undefined
      ? { loadDataDir: new Blob([fs.readFileSync(data.restoreFrom)]) }
      : {}),
  })
  const report = (message: Report, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer)
  const obey = async (order: Order): Promise<void> => {
    const db = await opened
    if (order.is === 'wire') {
      // A copy: the answer may lie in the memory of the database.
      const bytes = new Uint8Array(await db.execProtocolRaw(order.bytes))
      report({ is: 'wire', bytes }, [bytes.buffer])
    } else if (order.is === 'dump') {
      const dump = await db.dumpDataDir('gzip')
      fs.writeFileSync(order.file, new Uint8Array(await dump.arrayBuffer()), { mode: 0o600 })
      report({ is: 'dumped' })
    } else {
      await db.close()
      report({ is: 'closed' })
      port.close()
    }
  }
  const fail = (error: unknown) => report({ is: 'failed', error })
  port.on('message', (order: Order) => void obey(order).catch(fail))
  opened.then(() => report({ is: 'ready' }), fail)
}

export interface Thread {
  /** Sends one order and waits for its report; orders wait for each other. Rejects when the thread is gone. */
  ask(order: Order): Promise<Report>
  /** Resolves with the reason when the thread ends, wanted or not. */
  readonly ended: Promise<Error>
}

/** Starts the thread and waits until the database is open. */
export async function startThread(data: Omit<ThreadData, 'pglite'>): Promise<Thread> {
  const workerData: ThreadData = {
    ...data,
    pglite: createRequire(import.meta.url).resolve('@electric-sql/pglite'),
  }
  const worker = new Worker(`(${program.toString()})(require)`, {
    eval: true,
    workerData,
    name: 'pglite',
    // Flags of this process (a loader, `--input-type`) are not meant for that text.
    execArgv: [],
  })
  const waiting: { resolve(report: Report): void; reject(error: unknown): void }[] = []
  const answer = (report: Report) => {
    const first = waiting.shift()
    if (report.is === 'failed') first?.reject(report.error)
    else first?.resolve(report)
  }
  let gone: Error | undefined
  const ended = new Promise<Error>(resolve => {
    const end = (error: Error) => {
      gone ??= error
      for (const one of waiting.splice(0)) one.reject(gone)
      resolve(gone)
    }
    worker.on('error', end)
    worker.on('exit', code => end(new Error(`the thread of the database ended with ${code}`)))
  })
  const ask = (order?: Order) =>
    new Promise<Report>((resolve, reject) => {
      if (gone) return reject(gone)
      waiting.push({ resolve, reject })
      if (order) worker.postMessage(order)
    })
  worker.on('message', answer)
  try {
    await ask()
  } catch (error) {
    await worker.terminate()
    throw error
  }
  return { ask, ended }
}
