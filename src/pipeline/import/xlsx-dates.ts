/**
 * Numbers of a sheet that mean a time, as ISO text. Which formats are times: ECMA-376 Part 1 §18.8.30 (numFmt), the
 * East Asian ones among them; what a serial number means: §18.17.4.
 */

/** Built-in formats of dates and times. */
const isBuiltIn = (id: number) =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58)

/** Characters of a format; Excel takes no longer one. */
export const MOST_FORMAT = 255

/** @param code of a format of the file's own, `yyyy"年"m"月"d"日"`; undefined = a built-in one; over `MOST_FORMAT`: none */
export function isTimeFormat(id: number, code: string | undefined): boolean {
  if (code === undefined) return isBuiltIn(id)
  if (code.length > MOST_FORMAT) return false
  // Quoted and escaped text, colours and locales are not part of the pattern; `[h]` is a span of hours.
  const bare = code.replace(/"[^"]*"|\\.|_.|\*./g, '').replace(/\[(?![hms]+\])[^\]]*\]/gi, '')
  return /[ymdhs]/i.test(bare) && !/general/i.test(bare)
}

const DAY_MS = 86_400_000
const EPOCH_1900 = Date.UTC(1899, 11, 30)
const EPOCH_1904 = Date.UTC(1904, 0, 1)
/** 9999-12-31. */
const LAST_SERIAL = 2_958_465

/**
 * @param serial days since the epoch of the book, with the time as a fraction
 * @returns `2026-03-01`, `2026-03-01T09:30:00` (no zone: a sheet knows none) or `09:30:00`; undefined = no date
 */
export function isoOfSerial(serial: number, epoch1904: boolean): string | undefined {
  if (serial < 0 || serial > LAST_SERIAL + 1) return undefined
  const seconds = Math.round(serial * 86_400)
  const days = Math.floor(seconds / 86_400)
  // The calendar of 1900 has a 29 February that never was: serials before it count from a day later.
  const shifted = epoch1904 || days > 60 || days === 0 ? days : days + 1
  const text = new Date((epoch1904 ? EPOCH_1904 : EPOCH_1900) + shifted * DAY_MS + (seconds % 86_400) * 1000)
    .toISOString()
    .slice(0, 19)
  if (days === 0 && !epoch1904) return text.slice(11)
  return seconds % 86_400 === 0 ? text.slice(0, 10) : text
}
