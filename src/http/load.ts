/** The door's own limit: rather a quick 503 that the caller repeats than a late answer that nobody waits for. */
import { HubError } from '../kernel/errors.js'
import type { AppOptions, ServedHub } from './served.js'

/** Sixteen full commits: about a second of work on two cores. */
const MOST_LOAD = 4096

/** @throws HubError `HTTP_LOAD_HIGH` */
export function refuseLoad(
  { pipeline }: Pick<ServedHub, 'pipeline'>,
  { mostLoad = MOST_LOAD }: AppOptions,
): void {
  const { load } = pipeline.receiver
  if (load > mostLoad)
    throw new HubError('HTTP_LOAD_HIGH', { detail: `${load} messages wait for their commit`, wait: 1000 })
}
