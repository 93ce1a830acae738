/** One thing doctor looked at: well, worth a look, or in the way. */
import { isHubError } from '../../kernel/errors.js'

export interface Finding {
  readonly is: 'good' | 'odd' | 'bad'
  readonly what: string
  readonly says: string
  readonly remedy?: string
}

export const good = (what: string, says: string): Finding => ({ is: 'good', what, says })
export const odd = (what: string, says: string, remedy: string): Finding => ({
  is: 'odd',
  what,
  says,
  remedy,
})
export const bad = (what: string, says: string, remedy: string): Finding => ({
  is: 'bad',
  what,
  says,
  remedy,
})

/** What cannot be looked at is a finding, with the remedy of its code; a defect stays one. */
export function failed(what: string, error: unknown): Finding {
  if (!isHubError(error)) throw error
  return bad(what, `${error.code} ${error.message}`, error.entry.remedy)
}
