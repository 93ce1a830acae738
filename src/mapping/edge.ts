/** The edge of a running mapping: what leaves it is a result or a HubError with its place, nothing else. */
import { HubError, isHubError } from '../kernel/errors.js'
import { Refusal, toHubError } from './refusal.js'

export function edge<T>(run: () => T): T {
  try {
    return run()
  } catch (error) {
    if (error instanceof Refusal) throw toHubError(error)
    if (isHubError(error)) throw error
    throw new HubError('HUB_DEFECT', { detail: 'a mapping failed in a way it should not', cause: error })
  }
}
