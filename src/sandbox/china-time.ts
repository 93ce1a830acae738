/** Times as people and vendors in China write them: `yyyy-MM-dd HH:mm:ss`, Asia/Shanghai, no zone. */
import { DateTime } from 'luxon'

const ZONE = 'Asia/Shanghai'

/** @param pattern luxon's tokens @param ms since the epoch */
export function chinaTime(ms: number, pattern = 'yyyy-MM-dd HH:mm:ss'): string {
  return DateTime.fromMillis(ms, { zone: ZONE }).toFormat(pattern)
}
