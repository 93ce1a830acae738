/**
 * How far a long command is: on a terminal one line with a bar that is drawn over itself, elsewhere a plain line now
 * and then, so that a log stays readable. It goes to standard error: the result stands alone on standard output.
 */
export interface Progress {
  /** @param total what there is to do in all; 0 while nobody knows */
  at(done: number, total: number, more?: string): void
  /** Takes the bar away; what comes next begins on a clean line. */
  end(): void
}

export interface ProgressStream {
  write(text: string): unknown
  readonly isTTY?: boolean
}

const BAR = 24
const DRAW_MS = 100
const LINE_MS = 5_000

export function createProgress(
  stream: ProgressStream,
  title: string,
  now: () => number = () => performance.now(),
): Progress {
  const bar = stream.isTTY === true
  // What is over at once needs no lines in a log.
  let last = bar ? Number.NEGATIVE_INFINITY : now()
  let told = false
  let drawn = false
  return {
    at(done, total, more = '') {
      const whole = total > 0 && done >= total
      if (now() - last < (bar ? DRAW_MS : LINE_MS) && !(whole && (bar || told))) return
      last = now()
      told = true
      const text = `${title} ${countsOf(done, total)}${more === '' ? '' : `, ${more}`}`
      stream.write(bar ? `\r\u001B[K${barOf(done, total)}${text}` : `${text}\n`)
      drawn = bar
    },
    end() {
      if (drawn) stream.write('\r\u001B[K')
      drawn = false
    },
  }
}

function countsOf(done: number, total: number): string {
  return total > 0 ? `${done} of ${total}` : String(done)
}

function barOf(done: number, total: number): string {
  if (total <= 0) return ''
  const part = Math.min(1, done / total)
  const full = Math.floor(part * BAR)
  const percent = String(Math.floor(part * 100)).padStart(3)
  return `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${percent} %  `
}
