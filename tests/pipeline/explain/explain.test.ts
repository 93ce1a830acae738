import { expect, it } from 'vitest'
import { HubError } from '../../../src/kernel/errors.js'
import { explain } from '../../../src/pipeline/explain/explain.js'
import type { Life } from '../../../src/pipeline/explain/life.js'
import { forEachEngine } from '../../support/engines.js'
import { configOf, expression, outMapping, type Rig, rig, vendorFlow } from '../rig.js'
import { TENANT } from '../support.js'
import { FakeVendor } from '../vendor.js'

const calendar = vendorFlow(
  'calendar',
  'interview',
  'feishu',
  'event',
  outMapping(['title'], record => ({ title: record.data['title'] ?? null })),
  { when: expression('has(record.title)', ({ record }) => record.data['title'] !== undefined) },
)

const lifeOf = (hub: Rig, id: string): Promise<Life> =>
  explain({ ledger: hub.ledger, clock: hub.clock, config: hub.parts.config(TENANT) }, TENANT, id)

const texts = (life: Life) => life.steps.map(step => `${step.is}: ${step.text}`)

forEachEngine('the life of', engine => {
  it('a message: how it came, what became of it, what changed, who was told', async () => {
    const hub = rig(await engine.open(), configOf([new FakeVendor('feishu', { tokens: true })], [calendar]))
    await hub.say('ehr', 'interview', 'i1', { title: '一面' })
    await hub.rest()
    const record = (await hub.record('interview'))?.id ?? ''
    const [row] = await hub.rows()
    const life = await lifeOf(hub, 'message_000001')
    expect(life.title).toBe('hook message of ehr.interview, folded')
    const told = texts(life)
    expect(told[0]).toMatch(/^received: came as a callback from ehr, signature checked, \d+ bytes$/)
    expect(told).toContain(
      `verdict: item 0 folded into ${record} by flow interview-from-ehr, mapping test.in (test.in.yaml)`,
    )
    expect(told).toContain(`saying: says 1 field of ${record}: title`)
    expect(
      told.some(text =>
        /^change: change \d+: interview_\w+ version 1, .*title.*, by message_000001$/.test(text),
      ),
    ).toBe(true)
    expect(told).toContain(
      'delivery: flow calendar, mapping test.out (test.out.yaml) wants it there in feishu.event: delivered, there as feishu-1',
    )
    expect(told.some(text => text.startsWith('attempt: try 1 of effect 1, main: accepted'))).toBe(true)
    expect(life.next).toEqual([
      'nothing: it is folded',
      `${row?.id} nothing: the system holds what was wanted`,
    ])
    expect(life.steps.map(step => step.at)).toEqual(
      [...life.steps.map(step => step.at)].sort((a, b) => a - b),
    )
  })

  it('a record: who knows it, what was said, and no value of any field', async () => {
    const hub = rig(await engine.open(), configOf([new FakeVendor('feishu', { tokens: true })], [calendar]))
    await hub.say('ehr', 'interview', 'i1', { title: '绝密标题' })
    await hub.rest()
    const record = (await hub.record('interview'))?.id ?? ''
    const life = await lifeOf(hub, record)
    expect(life.title).toBe('interview, version 1, known to 2 systems')
    const told = texts(life)
    expect(told).toContain('link: known to ehr.interview as i1')
    expect(
      told.some(text => /^link: known to feishu\.event as feishu-1, made by delivery_\w+$/.test(text)),
    ).toBe(true)
    const saying = new RegExp(`^saying: ehr\\.interview says 1 field of ${record}: title \\(message_\\d+\\)$`)
    expect(told).toContainEqual(expect.stringMatching(saying))
    expect(life.next).toEqual(['nothing: every delivery of it is at rest'])
    expect(JSON.stringify(life)).not.toContain('绝密标题')
  })

  it('a record: each message that spoke of it, also one by which nothing changed', async () => {
    const hub = rig(await engine.open(), configOf([], []))
    await hub.say('ehr', 'interview', 'i1', { title: '一面' })
    await hub.say('ehr', 'interview', 'i1', { title: '一面' })
    await hub.say('ehr', 'interview', 'i2', { title: '别的' })
    const { rows } = await hub.ledger.query<{ record: string }>(
      "select record from hrhub.links where external_id = 'i1'",
    )
    const told = texts(await lifeOf(hub, rows[0]?.record ?? ''))
    expect(told.filter(text => text.startsWith('received'))).toEqual([
      expect.stringMatching(/^received: message_\d+ came as a callback from ehr: item 0 folded$/),
      expect.stringMatching(/^received: message_\d+ came as a callback from ehr: item 0 unchanged$/),
    ])
    expect(told.filter(text => text.startsWith('change'))).toHaveLength(1)
  })

  it('a delivery in trouble: each try, and what happens next and when', async () => {
    const feishu = new FakeVendor('feishu', { tokens: true })
    feishu.faults.push('unreachable')
    const hub = rig(await engine.open(), configOf([feishu], [calendar]))
    await hub.say('ehr', 'interview', 'i1', { title: '一面' })
    await hub.pipeline.bell.idle()
    const [row] = await hub.rows()
    const life = await lifeOf(hub, row?.id ?? '')
    expect(life.title).toMatch(/^calendar: interview_\w+ → feishu\.event, waiting \(retry\)$/)
    expect(texts(life).some(text => text.startsWith('attempt: try 1 of effect 1, main: unreachable'))).toBe(
      true,
    )
    expect(life.next).toEqual([
      `is tried again at ${new Date(row?.due_at ?? 0).toISOString()} (1 tried so far)`,
    ])
  })

  it('a delivery in doubt asks for a person', async () => {
    const feishu = new FakeVendor('feishu')
    feishu.faults.push('cut-after')
    const hub = rig(await engine.open(), configOf([feishu], [calendar]))
    await hub.say('ehr', 'interview', 'i1', { title: '一面' })
    await hub.rest()
    const [row] = await hub.rows()
    const life = await lifeOf(hub, row?.id ?? '')
    expect(row?.state).toBe('parked')
    expect(texts(life).some(text => text.endsWith('; nobody knows whether its last call arrived'))).toBe(true)
    expect(life.next[0]).toContain('waits for a person: nobody knows whether the last call arrived')
  })

  it('nothing: an unknown id, and one of another tenant, are told the same', async () => {
    const hub = rig(await engine.open(), configOf([], []))
    await hub.say('ehr', 'interview', 'i1', { title: '一面' })
    const means = { ledger: hub.ledger, clock: hub.clock, config: undefined }
    for (const [tenant, id] of [
      [TENANT, 'message_999999'],
      [TENANT, 'delivery_1'],
      ['other', 'message_000001'],
    ] as const) {
      const failure = await explain(means, tenant, id).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(HubError)
      expect(failure).toMatchObject({ code: 'PIPELINE_ID_UNKNOWN' })
    }
  })
})
