/** One after the other: who has the turn works, the others wait in the order they came. */
export class Turns {
  #taken = false
  readonly #waiting: (() => void)[] = []

  /** Waits for the turn; the answer gives it on, once. */
  async take(): Promise<() => void> {
    if (this.#taken) await new Promise<void>(resolve => this.#waiting.push(resolve))
    this.#taken = true
    let given = false
    return () => {
      if (given) return
      given = true
      const next = this.#waiting.shift()
      // The turn goes from hand to hand without being free: nobody slips in between.
      if (next) next()
      else this.#taken = false
    }
  }
}
