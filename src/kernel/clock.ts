/** Time as a value that tests can set. Nothing else in the hub reads the wall clock. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
}

export const systemClock: Clock = { now: () => Date.now() }
