import fc from 'fast-check'
import { expect, it } from 'vitest'
import { systemClock } from '../../src/kernel/clock.js'
import type { Ledger } from '../../src/ledger/engine/types.js'
import { changes, links, records, sayings } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { reduce } from '../../src/model/reduce.js'
import type { TenantConfig } from '../../src/pipeline/config/types.js'
import { fromRow } from '../../src/pipeline/fold/apply.js'
import { fold } from '../../src/pipeline/fold/fold.js'
import { withRaces } from '../../src/pipeline/fold/run-fold.js'
import type { FoldInput } from '../../src/pipeline/fold/types.js'
import { interviewPartial, lawFor } from '../model/sayings.js'
import { forEachEngine } from '../support/engines.js'
import { bareConfig, input, reference, TENANT } from './support.js'

const config = bareConfig()
const foldNow = (ledger: Ledger, inputs: readonly FoldInput[], by: TenantConfig = config) =>
  withRaces(ledger, tx => fold(tx, by, systemClock, inputs))
const all = (ledger: Ledger) => selectRows(ledger, records, 'where t.tenant = $1 order by t.id', [TENANT])

forEachEngine('fold', engine => {
  it('makes a record of the first news and folds the next into it', async () => {
    const ledger = await engine.open()
    const first = await foldNow(ledger, [
      input('ehr', 'candidate', '17', 1, { name: '张三', emails: ['a@x.cn'] }),
    ])
    expect(first.verdicts.map(({ verdict }) => verdict.verdict)).toEqual(['folded'])
    expect(first.changed).toMatchObject([
      { kind: 'candidate', paths: expect.arrayContaining(['$new', 'name']) },
    ])
    const again = await foldNow(ledger, [
      input('ehr', 'candidate', '17', 1, { name: '张三', emails: ['a@x.cn'] }),
    ])
    expect(again.verdicts.map(({ verdict }) => verdict.verdict)).toEqual(['unchanged'])
    expect(again.changed).toEqual([])
    await foldNow(ledger, [input('ehr', 'candidate', '17', 2, { name: '张三丰' })])
    expect(await all(ledger)).toMatchObject([{ version: 2, data: { name: '张三丰', emails: ['a@x.cn'] } }])
  })

  it('gives the record of the law, whatever the order, the batches and the number of workers', async () => {
    const ledger = await engine.open()
    let run = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            link: fc.constantFrom('ehr', 'ai', 'feishu'),
            at: fc.integer({ min: 1, max: 4 }),
            partial: interviewPartial,
            told: fc.boolean(),
          }),
          { minLength: 2, maxLength: 9 },
        ),
        fc.integer({ min: 1, max: 3 }),
        async (list, workers) => {
          const thing = `i${run++}`
          const inputs = list.map(({ link, at, partial, told }) =>
            input(link, 'interview', thing, at, dated(partial), {
              told,
              record: told ? undefined : undefined,
              said: { ours: undefined },
            }),
          )
          // All three systems speak of one record: the first makes it, the others are told which it is.
          await foldNow(ledger, [input('ehr', 'interview', thing, 0, {})])
          const [made] = await selectRows(ledger, links, 'where t.tenant = $1 and t.external_id = $2', [
            TENANT,
            thing,
          ])
          const known = inputs.map(one => ({ ...one, record: made?.record }))
          const shares = Array.from({ length: workers }, (_, worker) =>
            known.filter((_, i) => i % workers === worker),
          )
          await Promise.all(
            shares.map(async share => {
              for (let i = 0; i < share.length; i += 2) await foldNow(ledger, share.slice(i, i + 2))
            }),
          )
          const [row] = await selectRows(ledger, records, 'where t.tenant = $1 and t.id = $2', [
            TENANT,
            made?.record,
          ])
          const set = await selectRows(ledger, sayings, 'where t.tenant = $1 and t.record = $2', [
            TENANT,
            made?.record,
          ])
          expect(row?.data).toEqual(reduce(lawFor('interview'), set.map(fromRow), { rank: () => 0 }).data)
        },
      ),
      { numRuns: engine.name === 'postgres' ? 60 : 40 },
    )
  })

  it('takes a clock of 2099 for five minutes past the arrival: it freezes no field', async () => {
    const ledger = await engine.open()
    const arrival = Date.parse('2026-03-01T10:00:00Z')
    const said = (name: string, receivedAt: number, occurredAt: number) =>
      input('ehr', 'candidate', '17', occurredAt / 1000, { name }, { receivedAt })
    const nameNow = async () => (await all(ledger))[0]?.data['name']
    await foldNow(ledger, [said('from 2099', arrival, Date.parse('2099-01-01T00:00:00Z'))])
    expect(await selectRows(ledger, sayings, 'where t.tenant = $1', [TENANT])).toMatchObject([
      { at: arrival + 5 * 60_000, timed: true },
    ])
    await foldNow(ledger, [said('four minutes later', arrival + 240_000, arrival + 240_000)])
    expect(await nameNow()).toBe('from 2099')
    await foldNow(ledger, [said('six minutes later', arrival + 360_000, arrival + 360_000)])
    expect(await nameNow()).toBe('six minutes later')
  })

  it('makes one person of the same news told by two systems at once', async () => {
    const ledger = await engine.open()
    const news = (system: string) =>
      Array.from({ length: 12 }, (_, i) =>
        input(
          system,
          'candidate',
          `${system}-${i}`,
          1,
          { name: '王五', emails: [`p${i}@x.cn`] },
          { said: { match: { emails: [`p${i}@x.cn`] } } },
        ),
      )
    await Promise.all([
      foldNow(ledger, news('ehr')),
      foldNow(ledger, news('ai').reverse()),
      foldNow(ledger, news('ats')),
    ])
    expect(await all(ledger)).toHaveLength(12)
    expect(await selectRows(ledger, links, 'where t.tenant = $1', [TENANT])).toHaveLength(36)
  })

  it('files a proposal instead of joining when keys lead to two people', async () => {
    const ledger = await engine.open()
    const person = (id: string, emails: string[]) =>
      input('ehr', 'candidate', id, 1, { emails }, { said: { match: { emails } } })
    await foldNow(ledger, [person('1', ['one@x.cn']), person('2', ['two@x.cn'])])
    await foldNow(ledger, [person('3', ['one@x.cn', 'two@x.cn'])])
    expect(await all(ledger)).toHaveLength(3)
    const { rows } = await ledger.query('select * from hrhub.merge_proposals')
    expect(rows.length).toBeGreaterThan(0)
  })

  it('waits for a thing that is referred to before it is known, and is told when it is there', async () => {
    const ledger = await engine.open()
    const application = input('ehr', 'application', 'a1', 1, {
      candidate: reference('candidate', 'c1'),
      stage: 'screened',
    })
    const waiting = await foldNow(ledger, [application])
    expect(waiting.verdicts[0]?.verdict.verdict).toBe('waiting')
    const made = await foldNow(ledger, [input('ehr', 'candidate', 'c1', 1, { name: '张三' })])
    expect(made.made).toContain(waiting.waits[0]?.what)
    const done = await foldNow(ledger, [application])
    expect(done.verdicts[0]?.verdict.verdict).toBe('folded')
    const { rows } = await ledger.query(`select path from hrhub.refs`)
    expect(rows).toEqual([{ path: 'candidate' }])
  })

  it('finds inside one batch what a later item of it makes', async () => {
    const ledger = await engine.open()
    const result = await foldNow(ledger, [
      input('ehr', 'application', 'a1', 1, { candidate: reference('candidate', 'c1') }),
      input('ehr', 'candidate', 'c1', 1, { name: '张三' }),
    ])
    expect(result.verdicts.map(({ verdict }) => verdict.verdict)).toEqual(['folded', 'folded'])
  })

  it('makes what is missing where the mapping says so, and folds its own news into it later', async () => {
    const ledger = await engine.open()
    const result = await foldNow(ledger, [
      input('ehr', 'application', 'a1', 1, { candidate: reference('candidate', 'c1', 'create') }),
    ])
    expect(result.changed.map(({ kind, paths }) => [kind, paths[0]])).toEqual([
      ['application', '$new'],
      ['candidate', '$new'],
    ])
    const known = await foldNow(ledger, [input('ehr', 'candidate', 'c1', 1, { name: '张三' })])
    expect(known.verdicts[0]?.verdict.verdict).toBe('folded')
    expect((await all(ledger)).map(({ kind, data }) => [kind, data['name']])).toEqual(
      expect.arrayContaining([['candidate', '张三']]),
    )
    expect(await all(ledger)).toHaveLength(2)
  })

  it('makes a Change of each message of a batch, each with the hash of the one before', async () => {
    const ledger = await engine.open()
    const said = (message: string, at: number, fields: Record<string, string>) =>
      input('ehr', 'candidate', 'c1', at, fields, { message })
    const { changed } = await foldNow(ledger, [
      said('m1', 1, { name: '张三' }),
      said('m2', 2, { name: '张三丰' }),
      said('m2', 2, { source: 'ehr' }),
      said('m3', 3, { name: '张三丰' }),
    ])
    expect(changed.map(({ paths, data }) => [paths, data])).toEqual([
      [['$new', 'name'], { name: '张三' }],
      [['name', 'source'], { name: '张三丰', source: 'ehr' }],
    ])
    const made = await selectRows(ledger, changes, 'where t.tenant = $1 order by t.seq', [TENANT])
    expect(made.map(({ version }) => version)).toEqual([1, 2])
    expect(made[1]?.previous).toBe(made[0]?.hash)
    expect(made.map(({ seq }) => seq)).toEqual(changed.map(({ seq }) => seq))
    expect((await all(ledger))[0]).toMatchObject({ version: 2, hash: made[1]?.hash })
  })

  it('refuses one value with its path and folds the rest', async () => {
    const ledger = await engine.open()
    const result = await foldNow(ledger, [
      input('ehr', 'candidate', 'c1', 1, { name: '张三', available_from: 'tomorrow' }),
      input('ehr', 'candidate', 'c2', 1, { name: '李四' }),
    ])
    expect(result.verdicts.map(({ verdict }) => verdict)).toMatchObject([
      { verdict: 'invalid', code: 'MODEL_VALUE_INVALID', where: { path: 'available_from' } },
      { verdict: 'folded' },
    ])
  })

  it('reduces again under a changed ownership', async () => {
    const ledger = await engine.open()
    await foldNow(ledger, [input('ehr', 'candidate', 'c1', 1, { source: 'ehr' })])
    const [row] = await all(ledger)
    await foldNow(ledger, [input('ai', 'candidate', 'x1', 2, { source: 'ai' }, { record: row?.id })])
    expect((await all(ledger))[0]?.data).toEqual({ source: 'ai' })
    const owned = bareConfig({ ownershipHash: 'o2', rank: connection => (connection === 'ehr' ? 1 : 0) })
    await foldNow(ledger, [input('ai', 'candidate', 'x1', 3, { tags: ['x'] })], owned)
    expect((await all(ledger))[0]?.data).toEqual({ source: 'ehr', tags: ['x'] })
  })

  it('names what a system says against the record, so that it can be told again', async () => {
    const ledger = await engine.open()
    const owned = bareConfig({ rank: connection => (connection === 'ehr' ? 1 : 0) })
    await foldNow(ledger, [input('ehr', 'candidate', 'c1', 1, { source: 'ehr' })], owned)
    const [row] = await all(ledger)
    const result = await foldNow(
      ledger,
      [input('ai', 'candidate', 'x1', 2, { source: 'ai' }, { record: row?.id })],
      owned,
    )
    expect(result.contests).toMatchObject([{ connection: 'ai', path: 'source' }])
    expect(result.changed).toEqual([])
  })
})

/** The laws' schedules are words; the database's are instants. */
function dated(partial: Record<string, unknown>) {
  const schedule = partial['schedule'] as { start: string; end: string } | null | undefined
  if (!schedule) return partial as never
  const at = (hour: string) => `2026-12-01T${hour.padStart(2, '0')}:00:00Z`
  return { ...partial, schedule: { start: at(schedule.start), end: at(schedule.end) } } as never
}
