/** A vendor whose things are made in two calls: the first makes one, the second publishes it and may be turned away. */
import type { Next, Outcome } from '../../src/connector/types.js'
import { FakeVendor, type Fault } from './vendor.js'

export class TwoSteps extends FakeVendor {
  readonly steps: string[] = []
  /** Faults of second steps alone. */
  readonly later: Fault[] = []
  /** Whether the second step may be sent again after an unknown end. */
  repeatable = true
  during: (() => Promise<unknown>) | undefined

  override next(...[progress]: Parameters<FakeVendor['next']>): Next {
    if (progress.verb !== 'create') return super.next(progress)
    const { one, two } = progress.steps
    if (one && two) return super.next({ ...progress, steps: { main: one } })
    const next = super.next({ ...progress, steps: {} })
    if (next.next === 'done') return next
    return {
      next: 'call',
      call: { ...next.call, ...(one ? { step: 'two', repeatable: this.repeatable } : { step: 'one' }) },
    }
  }

  override async send(...[call, progress]: Parameters<FakeVendor['send']>): Promise<Outcome> {
    this.steps.push(call.step)
    const made = progress.steps['one'] as { id?: string } | undefined
    if (call.step === 'two') this.faults.unshift(...this.later.splice(0, 1))
    const outcome = await super.send(
      call,
      call.step === 'two'
        ? { ...progress, verb: 'update', id: made?.id, token: `${progress.token}/2` }
        : progress,
    )
    await this.during?.()
    this.during = undefined
    return outcome
  }
}
