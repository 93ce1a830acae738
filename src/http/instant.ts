/** Instants of requests: RFC 3339 with an offset, within what a clock and a database here can show. */
import { HubError } from '../kernel/errors.js'

/** No system that is asked about people reaches further back. */
const EARLIEST = Date.UTC(1900, 0, 1)

/** @throws HubError `HTTP_REQUEST_INVALID` */
export function instantOf(text: string | undefined, name: string): number | undefined {
  if (text === undefined) return undefined
  const at = Date.parse(text)
  if (Number.isNaN(at) || at < EARLIEST)
    throw new HubError('HTTP_REQUEST_INVALID', {
      detail: `${name} is no instant since 1900`,
      where: { path: name },
    })
  return at
}
