/**
 * Case i, one plan and many enrolments: one delivery per course, the learner first, what leaves the plan leaves the
 * course, and a completion comes back onto its one item. The LMS is Moodle: one address, forms with brackets, 200 for all.
 */
import { expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/json.js'
import { forEachEngine } from '../support/engines.js'
import { expectSound, openCase } from './kit.js'
import { type Call, startVendor } from './vendor.js'

const env = (url: string) => ({ MOODLE_URL: url, MOODLE_TOKEN: 'token' })

it('the folder of case i is sound', () => expectSound('i-moodle', env('https://moodle.example')), 30_000)

forEachEngine('case i: one plan, many enrolments', engine => {
  async function start({ courses = [11, 12, 13, 14] } = {}) {
    const users = new Map<string, number>()
    const enrolled = new Set<string>()
    const completed = new Set<string>()
    const calls: [string, JsonObject][] = []
    const functions: Record<string, (body: JsonObject) => unknown> = {
      core_user_get_users_by_field: body => {
        const id = users.get(String(body['values[0]']))
        return id === undefined ? [] : [{ id }]
      },
      core_user_create_users: body => {
        const email = String(body['users[0][email]'])
        if (users.has(email))
          return {
            exception: 'invalid_parameter_exception',
            errorcode: 'invalidparameter',
            message: 'Invalid parameter value detected',
            debuginfo: `Username already exists: ${email}`,
          }
        users.set(email, users.size + 5)
        return [{ id: users.get(email), username: email }]
      },
      core_course_get_courses_by_field: () => ({
        courses: courses.map(id => ({ id, idnumber: `C-${id}`, fullname: `课程${id}` })),
      }),
      enrol_manual_enrol_users: body => {
        enrolled.add(`${String(body['enrolments[0][userid]'])}/${String(body['enrolments[0][courseid]'])}`)
        return null
      },
      enrol_manual_unenrol_users: body => {
        enrolled.delete(`${String(body['enrolments[0][userid]'])}/${String(body['enrolments[0][courseid]'])}`)
        return null
      },
      core_completion_get_course_completion_status: body => ({
        completionstatus: {
          completed: completed.has(`${String(body['userid'])}/${String(body['courseid'])}`),
        },
      }),
    }
    const vendor = await startVendor({
      'POST /webservice/rest/server.php': ({ query, body }: Call) => {
        const name = query['wsfunction'] ?? ''
        if (query['wstoken'] !== 'token') return { json: { exception: 'x', errorcode: 'invalidtoken' } }
        calls.push([name, body])
        return { json: functions[name]?.(body) }
      },
    })
    const hub = await openCase(await engine.open(), 'i-moodle', env(vendor.url))
    await hub.poll()
    const course = new Map((await hub.all('course')).map(({ id, data }) => [String(data['code']), id]))
    const candidate = await hub.say('candidate', 'c1', { name: '张三', emails: ['zhang@example.com'] })
    const plan = (codes: readonly string[], over: JsonObject = {}) =>
      hub.say('training_plan', 't1', {
        candidate,
        items: codes.map(code => ({
          course: course.get(code) ?? code,
          due: '2027-01-24',
          state: 'recommended',
        })),
        ...over,
      })
    const count = (name: string) => calls.filter(([called]) => called === name).length
    return { hub, users, enrolled, completed, calls, plan, count, course, candidate }
  }
  const ENROL = 'enrol_manual_enrol_users'
  const UNENROL = 'enrol_manual_unenrol_users'

  it('a plan of three courses is a learner, then three enrolments, each once', async () => {
    const { hub, enrolled, plan, calls, count } = await start()
    await plan(['C-11', 'C-12', 'C-13'])
    await hub.rest()
    expect([...enrolled].sort()).toEqual(['5/11', '5/12', '5/13'])
    expect(calls.find(([name]) => name === ENROL)?.[1]).toMatchObject({
      'enrolments[0][roleid]': '5',
      'enrolments[0][timeend]': '1800806400',
    })
    const order = calls.map(([name]) => name)
    expect(order.indexOf('core_user_create_users')).toBeLessThan(order.indexOf(ENROL))
    await hub.pass(600_000)
    expect([count(ENROL), count('core_user_create_users')]).toEqual([3, 1])
  })

  it('a course that leaves the plan leaves Moodle, one that joins joins, and the others are not touched', async () => {
    const { hub, enrolled, plan, count } = await start()
    await plan(['C-11', 'C-12', 'C-13'])
    await hub.rest()
    await plan(['C-11', 'C-14', 'C-13'])
    await hub.rest()
    expect([...enrolled].sort()).toEqual(['5/11', '5/13', '5/14'])
    expect([count(ENROL), count(UNENROL)]).toEqual([4, 1])
  })

  it('an absent list changes nothing, an empty one ends all', async () => {
    const { hub, enrolled, plan, count } = await start()
    await plan(['C-11', 'C-12'])
    await hub.rest()
    await hub.say('training_plan', 't1', { state: 'active' })
    await hub.rest()
    expect(enrolled.size).toBe(2)
    await plan([])
    await hub.rest()
    expect(enrolled.size).toBe(0)
    expect(count(UNENROL)).toBe(2)
  })

  it('a cancelled plan ends all', async () => {
    const { hub, enrolled, plan } = await start()
    await plan(['C-11', 'C-12'])
    await hub.rest()
    await hub.say('training_plan', 't1', { state: 'cancelled' })
    await hub.rest()
    expect([...enrolled]).toEqual([])
  })

  it('what is completed comes back onto its own item, and is asked for no more', async () => {
    const { hub, completed, plan, course, count } = await start()
    const id = await plan(['C-11', 'C-12'])
    await hub.rest()
    completed.add('5/12')
    await hub.pass(6 * 3_600_000 + 60_000)
    const states = ((await hub.record(id)).data['items'] as readonly JsonObject[]).map(one => [
      one['course'],
      one['state'],
    ])
    expect(Object.fromEntries(states)).toEqual({
      [course.get('C-11') ?? '']: 'recommended',
      [course.get('C-12') ?? '']: 'completed',
    })
    const asked = count('core_completion_get_course_completion_status')
    await hub.pass(6 * 3_600_000 + 60_000)
    expect(count('core_completion_get_course_completion_status')).toBe(asked + 1)
    // Its own news is no reason to enrol again.
    expect(count(ENROL)).toBe(2)
  })

  it('who is in Moodle already is found, not made twice', async () => {
    const { hub, users, enrolled, plan } = await start()
    await hub.rest()
    users.set('li@example.com', 77)
    const candidate = await hub.say('candidate', 'c2', { name: '李四', emails: ['li@example.com'] })
    await plan(['C-11'], { candidate })
    await hub.rest()
    await hub.pass(60_000)
    expect([...enrolled]).toEqual(['77/11'])
    expect(users.size).toBe(2)
  })

  it('a course that Moodle does not have yet waits alone', async () => {
    const courses = [11]
    const { hub, enrolled, plan } = await start({ courses })
    const late = await hub.say('course', 'x', { code: 'C-99', title: '新课' })
    await plan(['C-11', late])
    await hub.rest()
    expect([...enrolled]).toEqual(['5/11'])
    expect([...(await hub.states('enrolments'))].sort()).toEqual([
      'delivered',
      expect.stringContaining('waiting link') as string,
    ])
  })
})
