import { describe, expect, it } from 'vitest'
import { createProgress } from '../../src/cli/progress.js'

function watched(isTTY: boolean) {
  const written: string[] = []
  let at = 0
  const progress = createProgress({ isTTY, write: text => written.push(text) }, 'compared', () => at)
  return {
    progress,
    written,
    pass: (ms: number) => {
      at += ms
    },
  }
}

describe('how far a command is', () => {
  it('is one line drawn over itself on a terminal, taken away at the end', () => {
    const { progress, written, pass } = watched(true)
    progress.at(0, 200)
    progress.at(1, 200)
    pass(100)
    progress.at(100, 200, '3 folded again')
    progress.end()
    expect(written).toEqual([
      `\r\u001B[K[${'.'.repeat(24)}]   0 %  compared 0 of 200`,
      `\r\u001B[K[${'#'.repeat(12)}${'.'.repeat(12)}]  50 %  compared 100 of 200, 3 folded again`,
      '\r\u001B[K',
    ])
  })

  it('is a plain line every five seconds elsewhere, and none of what is over at once', () => {
    const quick = watched(false)
    quick.progress.at(200, 200)
    quick.progress.end()
    expect(quick.written).toEqual([])
    const { progress, written, pass } = watched(false)
    for (let done = 1; done <= 12; done++) {
      pass(1000)
      progress.at(done, 0)
    }
    progress.at(13, 13)
    progress.end()
    expect(written).toEqual(['compared 5\n', 'compared 10\n', 'compared 13 of 13\n'])
  })
})
