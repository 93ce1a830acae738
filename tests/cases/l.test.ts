/**
 * Case l, the offer chain: several reports weighted into one composite, one offer per application, approval, payroll
 * at least when approved, one letter; and "draft" is never said again.
 */
import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import { forEachEngine } from '../support/engines.js'
import { expectSound, openCase } from './kit.js'
import { startVendor } from './vendor.js'

const env = (oa: string, payroll: string, letters: string) => ({
  OA_URL: oa,
  OA_TOKEN: 't',
  OA_SECRET: 'a-long-random-tail',
  PAYROLL_URL: payroll,
  PAYROLL_TOKEN: 't',
  LETTERS_URL: letters,
  LETTERS_TOKEN: 't',
})

it(
  'the folder of case l is sound',
  () => expectSound('l-offer', env('https://oa.example', 'https://p.example', 'https://l.example')),
  30_000,
)

forEachEngine('case l: the offer chain', engine => {
  async function start() {
    const approvals = new Map<string, JsonObject>()
    const oa = await startVendor({
      'POST /approvals': ({ body }) => {
        const instance = `P${approvals.size + 1}`
        approvals.set(instance, body)
        return { json: { code: 0, instance } }
      },
      'POST /approvals/{instance}/withdraw': () => ({ json: { code: 0 } }),
    })
    const hires = new Map<string, JsonObject>()
    let payrollIsDown = false
    const payroll = await startVendor({
      'PUT /hires/{ref}': ({ path, body }) => {
        if (payrollIsDown) return { status: 503, json: {} }
        hires.set(path['ref'] ?? '', body)
        return { json: { ref: path['ref'] } }
      },
      'DELETE /hires/{ref}': ({ path }) => {
        hires.delete(path['ref'] ?? '')
        return { status: 204 }
      },
    })
    const letters = await startVendor({
      'POST /letters': () => ({ status: 201, json: { id: 'L1' } }),
    })
    const hub = await openCase(await engine.open(), 'l-offer', env(oa.url, payroll.url, letters.url))
    const candidate = await hub.say('candidate', 'c1', {
      name: '张三',
      emails: ['zhang@example.com'],
      salary_expectation: 30000,
      available_from: '2027-01-04',
    })
    const position = await hub.say('position', 'p1', { title: '后端工程师', custom: { weight_ai: 0.6 } })
    const application = await hub.say('application', 'a1', { candidate, position, stage: 'interview' })
    const report = async (key: string, overall: number, source = 'ai') => {
      const reported_at = new Date(hub.clock.now()).toISOString().replace('.000', '')
      await hub.say('score_report', key, { application, overall, reported_at, custom: { source } })
      await hub.rest()
    }
    const decide = async (instance: string, result: string) => {
      const at = new Date(hub.clock.now() + 1000).toISOString()
      await hub.callback('oa', {
        tail: '/a-long-random-tail',
        body: JSON.stringify({ event: 'approval.decided', instance, result, at }),
      })
      await hub.rest()
    }
    const offer = async () => {
      const [only, ...more] = await hub.all('offer')
      expect(more).toEqual([])
      return only
    }
    return {
      hub,
      oa,
      hires,
      letters,
      application,
      report,
      decide,
      offer,
      approvals,
      payrollDown: (down: boolean) => {
        payrollIsDown = down
      },
    }
  }

  it('two reports become one composite by the position’s weights, in whatever order they come', async () => {
    const { hub, application, report, offer } = await start()
    await report('exam', 7, 'exam')
    await report('ai', 9)
    expect((await hub.record(application)).data['composite']).toBe(8.2)
    await report('exam', 8, 'exam')
    const { data } = await hub.record(application)
    expect(data['composite']).toBe(8.6)
    expect(data['assessments']).toHaveLength(2)
    expect((await offer())?.data).toMatchObject({ application, salary: 30000, state: 'in_approval' })
  })

  it('below the threshold there is no offer, and with one measurement alone neither', async () => {
    const { report, offer, oa } = await start()
    await report('ai', 9)
    expect(await offer()).toBeUndefined()
    await report('exam', 5, 'exam')
    expect(await offer()).toBeUndefined()
    expect(oa.calls).toEqual([])
  })

  it('goes from score to approval, payroll and letter, each once', async () => {
    const { hub, report, decide, offer, approvals, hires, letters } = await start()
    await report('ai', 9)
    await report('exam', 7, 'exam')
    expect([...approvals.values()]).toEqual([
      {
        uuid: expect.any(String) as string,
        title: '录用审批：张三',
        form: [
          { name: '月薪', value: '30000' },
          { name: '入职日期', value: '2027年1月4日' },
          { name: '理由', value: '后端工程师：综合 8.2' },
        ],
      },
    ])
    expect([hires.size, letters.calls.length]).toEqual([0, 0])
    await decide('P1', 'agree')
    const made = await offer()
    expect(made?.data).toMatchObject({ state: 'sent', approval: { id: 'P1' } })
    expect([...hires]).toEqual([
      [made?.id, { name: '张三', salary: 30000, currency: 'CNY', start: '2027-01-04' }],
    ])
    expect(letters.bodies('POST /letters')).toEqual([
      { to: 'zhang@example.com', text: '张三：欢迎加入，担任后端工程师。' },
    ])
    await hub.pass(86_400_000)
    expect([approvals.size, letters.calls.length]).toEqual([1, 1])
  })

  it('scores that change after the approval make neither a draft nor a second offer, approval or letter', async () => {
    const { report, decide, offer, approvals, letters } = await start()
    await report('ai', 9)
    await report('exam', 7, 'exam')
    await decide('P1', 'agree')
    await report('ai', 9.5)
    await report('ai-2', 10)
    expect((await offer())?.data).toMatchObject({ state: 'sent', approval: { id: 'P1' } })
    expect([approvals.size, letters.calls.length]).toEqual([1, 1])
  })

  it('payroll is told though the letter was faster', async () => {
    const { hub, report, decide, offer, hires, payrollDown } = await start()
    payrollDown(true)
    await report('ai', 9)
    await report('exam', 7, 'exam')
    await decide('P1', 'agree')
    expect([(await offer())?.data['state'], hires.size]).toEqual(['sent', 0])
    payrollDown(false)
    await hub.pass(3_600_000)
    expect(hires.size).toBe(1)
  })

  it('what is refused goes nowhere', async () => {
    const { report, decide, offer, hires, letters } = await start()
    await report('ai', 9)
    await report('exam', 7, 'exam')
    await decide('P1', 'refuse')
    expect((await offer())?.data['state']).toBe('rejected')
    expect([hires.size, letters.calls.length]).toEqual([0, 0])
  })

  it('an offer that is withdrawn leaves payroll, and its approval is withdrawn', async () => {
    const { hub, oa, report, decide, offer, hires } = await start()
    await report('ai', 9)
    await report('exam', 7, 'exam')
    await decide('P1', 'agree')
    const made = await offer()
    await hub.say('offer', made?.id ?? '', { state: 'withdrawn' })
    await hub.rest()
    expect((await offer())?.data['state']).toBe('withdrawn')
    expect(hires.size).toBe(0)
    expect(oa.count('POST /approvals/{instance}/withdraw')).toBe(1)
  })
})
