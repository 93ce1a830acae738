/** The two carriers of rings under BullMQ, as open-channel.ts uses them: a way in, a way out, and a pulse. */
import type { Processor, QueueOptions, WorkerOptions } from 'bullmq'

export interface RingQueue {
  waitUntilReady(): Promise<unknown>
  add(name: string, data: unknown, options: object): Promise<unknown>
  close(): Promise<void>
  on(event: 'error', listener: (error: Error) => void): unknown
}

export interface RingWorker {
  waitUntilReady(): Promise<unknown>
  close(force?: boolean): Promise<void>
  on(event: 'error', listener: (error: Error) => void): unknown
  on(event: 'failed', listener: (job: unknown, error: Error) => void): unknown
}

export interface Carrier {
  readonly name: 'redis' | 'postgres'
  queue(options: Omit<QueueOptions, 'connection'>): RingQueue
  worker(processor: Processor, options: Omit<WorkerOptions, 'connection'>): RingWorker
  /** Rejects when the carrier cannot be reached. */
  ping(): Promise<unknown>
  /** Cuts what is left of the connections, without waiting for the other side. */
  close(): Promise<void>
}
