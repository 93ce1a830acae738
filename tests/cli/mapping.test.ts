import { describe, expect, it } from 'vitest'
import { hrhub, tempFolder } from './kit.js'

const IN = `mapping: my/candidate.in
from: acme-ehr.candidate
to: candidate
identity: id
fields:
  name: name
  phones: { each: phones, item: { from: number, as: phone, region: CN } }
tests:
  - name: a candidate
    given: { id: C1, name: 李雷, phones: [{ number: "13800138000" }], emails: [], updated_at: "2026-03-01T10:00:00Z" }
    expect: { name: 李雷, phones: ["+8613800138000"] }
`
const OUT = `mapping: my/candidate.out
from: candidate
to: acme-ehr.candidate
fields:
  name: name
tests:
  - name: a candidate
    given: { name: 李雷 }
    expect: { name: 李雷 }
`
const folder = tempFolder({
  'connections.yaml': 'connections: []\n',
  'mappings/my/candidate.in.yaml': IN,
  'mappings/my/candidate.out.yaml': OUT,
  'one.json': '{ "id": "C9", "name": "张三丰", "phones": [{ "number": "13900139000" }], "emails": [] }',
  'given.yaml': 'given: { name: 王五 }\nsettings: {}\n',
})
const run = (words: readonly string[], stdin = '') => hrhub([...words, '--project', folder], { stdin })

describe('mapping', () => {
  it('run prints what an input becomes, Chinese as it is', async () => {
    const { exit, json, out } = await run(['mapping', 'run', 'my/candidate.in', `${folder}/one.json`])
    expect(exit).toBe(0)
    expect(json()).toMatchObject({ identity: 'C9', fields: { name: '张三丰', phones: ['+8613900139000'] } })
    expect(out).toContain('张三丰')
  })

  it('run takes a record for an .out mapping, bare or as a test gives it, from YAML', async () => {
    const { json } = await run(['mapping', 'run', 'my/candidate.out', `${folder}/given.yaml`])
    expect(json()).toMatchObject({ verdict: 'mapped', body: { name: '王五' } })
    const bare = await run(['mapping', 'run', 'my/candidate.out', '-'], '{"name":"赵六"}')
    expect(bare.json()).toMatchObject({ body: { name: '赵六' } })
  })

  it('run tells a refusal with its place and ends with 1; the value is masked', async () => {
    const { exit, lines } = await run(
      ['mapping', 'run', 'my/candidate.in', '-'],
      '{ "id": "C9", "name": "x", "phones": [{ "number": "13900" }], "emails": [] }',
    )
    expect(exit).toBe(1)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/mappings\/my\/candidate\.in\.yaml:7:33 MAPPING_VALUE_INVALID phones\[0\]: /)
    expect(lines[0]).not.toContain('13900')
  })

  it('explain shows each field with its rule, its source and its result', async () => {
    const { exit, lines, json } = await run(['mapping', 'explain', 'my/candidate.in', `${folder}/one.json`])
    expect(exit).toBe(0)
    expect(lines.at(-1)).toBe('verdict: said')
    expect(lines.find(line => line.startsWith('phones[0]'))).toContain('candidate.in.yaml:7:33')
    expect(() => json()).toThrow()
    const asJson = await run(['mapping', 'explain', 'my/candidate.in', `${folder}/one.json`, '--json'])
    expect(asJson.json()).toMatchObject({ mapping: 'my/candidate.in', refused: null })
  })

  it('test runs one, and knows what was meant', async () => {
    const one = await run(['mapping', 'test', 'my/candidate.in'])
    expect(one).toMatchObject({ exit: 0, lines: ['my/candidate.in  1 of 1 passed  4 of 4 rules exercised'] })
    const none = await run(['mapping', 'test', 'my/candidate.inn'])
    expect(none.exit).toBe(1)
    expect(none.err).toContain('did you mean `my/candidate.in`?')
  })

  it('takes no file that is not there', async () => {
    const { exit, err } = await run(['mapping', 'run', 'my/candidate.in', '/no/such.json'])
    expect(err).toContain('CLI_FILE_UNREADABLE')
    expect(exit).toBe(2)
  })
})
