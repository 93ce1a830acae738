import { afterEach, describe, expect, it } from 'vitest'
import { CONNECTIONS, type Files, GOOD, load, removeFolders, writeFolder } from './kit.js'

afterEach(removeFolders)

/** `flow CODE` of what the checks of all flows find, for flows beside those that fill links. */
async function check(flows: string, more: Files = {}): Promise<string[]> {
  const users = '  - { flow: users, from: person, to: cal.user, mapping: cal/user.out }\n'
  const text = `flows:\n${users}${flows}`
  const { problems } = await load(
    writeFolder({ ...GOOD, 'ownership.yaml': 'ownership: {}\n', ...more, 'flows/all.yaml': text }),
  )
  return problems.map(({ code, severity, line }) => {
    const flow = /flow: ([\w-]+)/.exec(text.split('\n')[line - 1] ?? '')?.[1]
    return `${flow} ${severity} ${code}`
  })
}

const hubMapping = (name: string, from: string, to: string, fields: string) =>
  `mapping: hub/${name}\nfrom: ${from}\nto: hub.${to}\nidentity: { ref: ${from} }\nrefs: { ${from}: record.id }\nfields: ${fields}\n`

const manifest = (change: (text: string) => string): Files => ({
  'connectors/cal/connector.yaml': change(GOOD['connectors/cal/connector.yaml'] ?? ''),
})
const without = (line: RegExp) => manifest(text => text.replace(line, ''))

describe('flows looked at together', () => {
  it('warns of a resource that can be told nothing, or says nothing', async () => {
    const flow = '  - { flow: out, from: interview, to: ai.report, mapping: ai-saas/report.out }\n'
    const out =
      'mapping: ai-saas/report.out\nfrom: interview\nto: ai-saas.report\nfields: { report_id: title }\n'
    expect(await check(flow, { 'mappings/ai-saas/report.out.yaml': out })).toEqual([
      'out warning CONFIG_FLOW_DEAD',
    ])
    const back = '  - { flow: back, from: cal.event, to: interview, mapping: cal/event.in }\n'
    const mapping =
      'mapping: cal/event.in\nfrom: cal.event\nto: interview\nidentity: title\nfields: { title: title }\n'
    expect(await check(back, { 'mappings/cal/event.in.yaml': mapping })).toEqual([
      'back warning CONFIG_FLOW_DEAD',
    ])
  })

  it('refuses a mapping made for the entries of another list', async () => {
    const mapping =
      'mapping: cal/one.out\nfrom: interview\nto: cal.event\neach: record.interviewers\nfields: { title: item.role }\n'
    const flow = '  - { flow: one, from: interview, to: cal.event, mapping: cal/one.out }\n'
    const files = { 'mappings/cal/one.out.yaml': mapping }
    expect(await check(flow, files)).toEqual(['one error CONFIG_MAPPING_UNFIT'])
    expect(await check(flow.replace(' }', ', each: record.interviewers }'), files)).toEqual([])
  })

  it('takes a flow that only reads back what another one tells', async () => {
    const flows =
      '  - { flow: event, from: interview, to: cal.event, mapping: cal/event.out }\n  - { flow: back, from: cal.event, to: interview, mapping: cal/event.in }\n'
    const mapping =
      'mapping: cal/event.in\nfrom: cal.event\nto: interview\nidentity: title\nfields: { title: title }\n'
    expect(await check(flows, { 'mappings/cal/event.in.yaml': mapping })).toEqual([])
  })

  it('warns where nothing can be removed or replaced', async () => {
    const flow =
      '  - { flow: gone, from: interview, to: cal.event, mapping: cal/event.out, remove_when: record.gone }\n  - { flow: anew, from: position, to: cal.event, mapping: cal/position.out, replace_when: [record.title] }\n'
    const position = 'mapping: cal/position.out\nfrom: position\nto: cal.event\nfields: { title: title }\n'
    const files = { ...without(/ {4}delete: .*deleteEvent.*\n/), 'mappings/cal/position.out.yaml': position }
    expect(await check(flow, files)).toEqual([
      'gone warning CONFIG_FLOW_DEAD',
      'anew warning CONFIG_FLOW_DEAD',
    ])
  })

  it('warns of an update-only resource that no flow makes known', async () => {
    const flow = '  - { flow: change, from: interview, to: cal.event, mapping: cal/event.out }\n'
    const files = {
      ...without(/ {4}create: .*createEvent.*\n/),
      'mappings/cal/event.out.yaml':
        'mapping: cal/event.out\nfrom: interview\nto: cal.event\nfields: { title: title }\n',
      'mappings/cal/event-made.in.yaml':
        'mapping: cal/event-made.in\nfrom: cal.event\nto: interview\nfields: { title: title }\n',
    }
    expect(await check(flow, files)).toEqual(['change warning CONFIG_FLOW_DEAD'])
  })

  it('warns of two flows that write one thing, not of flows told apart by `each` or `once`', async () => {
    const twice =
      '  - { flow: one, from: interview, to: cal.event, mapping: cal/event.out }\n  - { flow: two, from: interview, to: cal.event, mapping: cal/event.out }\n'
    expect(await check(twice)).toEqual(['two warning CONFIG_FLOW_DOUBLE'])
    expect(await check(twice.replace('event.out }\n', 'event.out, once: record.id }\n'))).toEqual([])
  })

  it('warns of things that stay for ever', async () => {
    const flow =
      '  - { flow: stays, from: interview, to: cal.event, mapping: cal/event.out, when: has(record.title) }\n'
    expect(await check(flow)).toEqual(['stays warning CONFIG_FLOW_HELD'])
    expect(await check(flow.replace(' }', ', remove_when: otherwise }'))).toEqual([])
  })

  it('refuses ids that no flow brings', async () => {
    const flows =
      '  - { flow: people, from: interview, to: cal.attendee, mapping: cal/attendee.out, each: record.interviewers }\n'
    expect(await check(flows)).toEqual(['people error CONFIG_LINK_UNFILLED'])
    const event = '  - { flow: event, from: interview, to: cal.event, mapping: cal/event.out }\n'
    expect(await check(flows + event)).toEqual([])
  })

  it.each([
    ['ai-saas.session', []],
    ['cal.event', []],
    ['ai-saas.sesion', ['report warning CONFIG_LINK_UNFILLED']],
    ['workday.interview', ['report warning CONFIG_LINK_UNFILLED']],
    [undefined, ['report warning CONFIG_LINK_UNFILLED']],
  ])('warns of references that lead nowhere: %s', async (of, found) => {
    const flow = '  - { flow: report, from: ai.report, to: score_report, mapping: ai-saas/report.in }\n'
    const mapping = GOOD['mappings/ai-saas/report.in.yaml'] ?? ''
    const changed = mapping.replace(', of: ai-saas.session', of === undefined ? '' : `, of: ${of}`)
    expect(await check(flow, { 'mappings/ai-saas/report.in.yaml': changed })).toEqual(found)
  })

  describe('of references among several connections', () => {
    const flow = '  - { flow: report, from: ai.report, to: score_report, mapping: ai-saas/report.in }\n'
    const mapping = GOOD['mappings/ai-saas/report.in.yaml'] ?? ''
    const event = '  - { flow: event, from: interview, to: cal.event, mapping: cal/event.out }\n'
    const second = (name: string, connector: string) =>
      `${CONNECTIONS}  - { connection: ${name}, connector: ${connector}, personal_data: true, settings: { base_url: "https://x.example", key: k, secret: s } }\n`
    const files = (of: string, connections: string): Files => ({
      'mappings/ai-saas/report.in.yaml': mapping.replace('of: ai-saas.session', `of: ${of}`),
      'connections.yaml': connections.replace(
        'key: k, secret: s',
        connections.includes('ai-saas, personal') ? 'secret: s' : 'key: k',
      ),
    })

    it('refuses one that may be any of two of a connector', async () => {
      const two = second('cal-two', 'cal').replace('connection: cal\n', 'connection: cal-one\n')
      const flows = (flow + event).replaceAll('cal.event,', 'cal-one.event,')
      const folder = writeFolder({
        ...GOOD,
        ...files('cal.event', two),
        'flows/all.yaml': `flows:\n${flows}`,
        'ownership.yaml': 'ownership: {}\n',
      })
      const { problems } = await load(folder)
      const [unclear] = problems.filter(problem => problem.code === 'CONFIG_REFERENCE_UNCLEAR')
      expect(unclear).toMatchObject({
        severity: 'error',
        file: expect.stringContaining('flows/all.yaml'),
        line: 2,
        message: '`of: cal.…` in ai-saas/report.in may be any of cal-one, cal-two',
      })
    })

    it('takes the speaking one first, then the one so named', async () => {
      expect(await check(flow, files('ai-saas.session', second('ai-two', 'ai-saas')))).toEqual([])
      expect(await check(flow, files('cal.event', second('cal-two', 'cal')))).toEqual([])
    })
  })

  describe('of personal data', () => {
    const flow =
      '  - { flow: session, from: interview, to: ai.session, mapping: ai-saas/session.out, remove_when: otherwise, when: has(record.title) }\n'
    const said = (text: string): Files => ({
      'connections.yaml': CONNECTIONS.replace('    personal_data: true\n', text),
    })

    it('takes it where the connection says so', async () => {
      expect(await check(flow)).toEqual([])
    })

    it('warns where nothing is said, and refuses it where the connection is not to have it', async () => {
      expect(await check(flow, said(''))).toEqual(['session warning CONFIG_PERSONAL_UNSAID'])
      expect(await check(flow, said('    personal_data: false\n'))).toEqual([
        'session error CONFIG_PERSONAL_UNSAID',
      ])
    })

    it('says what is sent and where', async () => {
      const folder = writeFolder({ ...GOOD, ...said('') })
      const { problems } = await load(folder)
      expect(problems).toEqual([
        expect.objectContaining({
          file: `${folder}/flows/all.yaml`,
          line: 9,
          message:
            'it sends personal data (candidate.name, candidate.phones); the connection `ai` does not say `personal_data: true`',
        }),
      ])
    })
  })

  it('refuses hub flows that feed themselves or each other', async () => {
    const self = '  - { flow: self, from: application, to: hub.application, mapping: hub/self }\n'
    expect(
      await check(self, {
        'mappings/hub/self.yaml': hubMapping(
          'self',
          'application',
          'application',
          '{ composite: composite }',
        ),
      }),
    ).toEqual(['self error CONFIG_FLOW_CIRCLE'])
    const pair =
      '  - { flow: ping, from: application, to: hub.candidate, mapping: hub/ping }\n  - { flow: pong, from: candidate, to: hub.application, mapping: hub/pong }\n'
    const ping =
      'mapping: hub/ping\nfrom: application\nto: hub.candidate\nidentity: { ref: candidate }\nrefs: { candidate: candidate }\nfields: { custom.stage: stage }\n'
    const pong =
      'mapping: hub/pong\nfrom: candidate\nto: hub.application\nidentity: { ref: candidate }\nrefs: { candidate: record.id }\nfields: { stage: custom.stage }\n'
    const files = { 'mappings/hub/ping.yaml': ping, 'mappings/hub/pong.yaml': pong }
    expect(await check(pair, files)).toEqual(['ping error CONFIG_FLOW_CIRCLE'])
    const apart = {
      ...files,
      'mappings/hub/ping.yaml': ping.replace('custom.stage: stage', 'custom.other: stage'),
    }
    expect(await check(pair, apart)).toEqual([])
  })
})
