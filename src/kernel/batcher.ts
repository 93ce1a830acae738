/**
 * Many callers, one statement: what arrives while a flush runs goes out with the next. Under load a commit is
 * shared by hundreds; alone, a caller waits for nothing but the next turn of the event loop.
 */
export interface Batcher<In, Out> {
  add(item: In): Promise<Out>
  /** Items waiting or under way: the door's measure of pressure. */
  readonly load: number
}

interface Waiting<In, Out> {
  readonly item: In
  readonly resolve: (value: Out) => void
  readonly reject: (error: unknown) => void
}

/**
 * @param flush gives one result per item, in order; when it throws, the batch is halved until the item that
 *   cannot be flushed stands alone, so one bad item never spoils the others
 */
export function createBatcher<In, Out>(options: {
  readonly most: number
  /** Flushes that may run at once. */
  readonly lanes?: number
  readonly halve: (error: unknown) => boolean
  readonly flush: (items: readonly In[]) => Promise<readonly Out[]>
}): Batcher<In, Out> {
  const { most, lanes = 1, halve, flush } = options
  let waiting: Waiting<In, Out>[] = []
  let busy = 0
  let flushing = 0
  let scheduled = false

  function schedule(): void {
    if (scheduled || busy >= lanes || waiting.length === 0) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      void drain()
    })
  }

  async function drain(): Promise<void> {
    if (busy >= lanes || waiting.length === 0) return
    const batch = waiting.slice(0, most)
    waiting = waiting.slice(most)
    busy += 1
    flushing += batch.length
    await settle(batch)
    busy -= 1
    flushing -= batch.length
    schedule()
  }

  async function settle(batch: readonly Waiting<In, Out>[]): Promise<void> {
    try {
      const results = await flush(batch.map(({ item }) => item))
      for (const [i, { resolve }] of batch.entries()) resolve(results[i] as Out)
    } catch (error) {
      if (batch.length === 1 || !halve(error)) {
        for (const { reject } of batch) reject(error)
        return
      }
      const middle = batch.length >> 1
      await settle(batch.slice(0, middle))
      await settle(batch.slice(middle))
    }
  }

  return {
    add: item =>
      new Promise<Out>((resolve, reject) => {
        waiting.push({ item, resolve, reject })
        schedule()
      }),
    get load() {
      return waiting.length + flushing
    },
  }
}
