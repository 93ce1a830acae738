/** `on_error: skip | default`: a refusal becomes an absent field or the default, counted where people see it. */
import type { Json } from '../../kernel/json.js'
import { Refusal, type RuleSite } from '../refusal.js'
import { type Frame, located, type RuleFn } from './frame.js'

/** The target path of a site with the list positions of a frame. */
export function skipPath(site: RuleSite, frame: Frame): string {
  const probe = new Refusal('MAPPING_VALUE_INVALID', undefined, '')
  located(probe, site, frame)
  return probe.path
}

export function onError(run: RuleFn, how: 'skip' | 'default', other: Json, site: RuleSite): RuleFn {
  return frame => {
    try {
      return run(frame)
    } catch (error) {
      const refusal = located(error, site, frame)
      if (!(refusal instanceof Refusal)) throw refusal
      frame.run.skipped.push({ path: refusal.path, code: refusal.code })
      return how === 'default' ? other : undefined
    }
  }
}
