import { describe, expect, it } from 'vitest'
import { columns, createTerminal, localTime, safeLine, shownWidth } from '../../src/cli/terminal.js'

describe('a terminal', () => {
  it.each([
    ['abc', 3],
    ['张三丰', 6],
    ['已预约 ok', 9],
    ['\uFF08全角\uFF09', 8],
    ['é', 1],
    ['e\u0301', 1],
    ['𠮷', 2],
  ])('shows %s in %i cells', (text, width) => {
    expect(shownWidth(text)).toBe(width)
  })

  it('aligns columns by what is shown and leaves nothing at the end of lines', () => {
    expect(
      columns([
        ['name', '张三', 'x'],
        ['n', 'ab', ''],
      ]),
    ).toEqual(['name  张三  x', 'n     ab'])
  })

  it('lets no escape sequence of a vendor through', () => {
    expect(safeLine('\u001b[31mred\u0007 张\t三')).toBe('�[31mred� 张\t三')
  })

  it('writes times in the zone of who reads', () => {
    expect(localTime(new Date(2026, 2, 1, 9, 5, 7).getTime())).toBe('2026-03-01 09:05:07')
  })

  it('reads standard input where the file is -, without the mark of an editor', async () => {
    const input = (async function* () {
      yield Buffer.from('\uFEFF{"a":')
      yield '1}'
    })()
    const nowhere = { write: () => undefined }
    const terminal = createTerminal({ out: nowhere, err: nowhere, in: input }, false)
    expect(await terminal.read('-')).toBe('{"a":1}')
    await expect(terminal.read('/no/such/file')).rejects.toMatchObject({ code: 'CLI_FILE_UNREADABLE' })
  })
})
