/**
 * What a simulator offers besides the vendor's API: its page, its state, its exchanges, and the switches for
 * faults and controls. Only on 127.0.0.1; forms are taken from its own page alone.
 */
import { Ajv2020 } from 'ajv/dist/2020.js'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isObject, type Json, type JsonObject, parseJson } from '../kernel/json.js'
import { FAULT_PLAN_SCHEMA, type FaultPlan } from './misbehaviour.js'
import { renderPage, type Section } from './page.js'
import { type Simulator, type Vendor, VendorProblem } from './types.js'

const SHOWN = 20

export function addBackdoor(server: FastifyInstance, simulator: Simulator, vendor: Vendor): void {
  const checkPlan = new Ajv2020({ allowUnionTypes: true, strictTypes: false, strictRequired: false }).compile(
    FAULT_PLAN_SCHEMA,
  )
  const page = () => renderPage(simulator.title, [...vendor.page(), ...traffic(simulator)])
  if (!server.hasRoute({ method: 'GET', url: '/' }))
    server.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(page()))
  server.get('/_sandbox', (_request, reply) => reply.type('text/html; charset=utf-8').send(page()))

  const json = (path: string, value: () => unknown) =>
    server.get(path, (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(JSON.stringify(value(), null, 2)),
    )
  json('/_sandbox/state', () => vendor.snapshot())
  json('/_sandbox/effects', () => simulator.effects)
  json('/_sandbox/exchanges', () => simulator.exchanges)
  json('/_sandbox/callbacks', () => simulator.callbacks.records)
  json('/_sandbox/faults', () => simulator.faults.list())

  server.post('/_sandbox/faults', (request, reply) => {
    const input = inputOf(request)
    const plans = isObject(input) && Array.isArray(input['plans']) ? input['plans'] : [input]
    for (const plan of plans)
      if (!checkPlan(plan)) {
        const error = checkPlan.errors?.[0]
        return reply
          .code(400)
          .send({ error: `${error?.instancePath ?? ''} ${error?.message ?? 'not a plan'}` })
      }
    for (const plan of plans) simulator.faults.add(plan as unknown as FaultPlan)
    return reply.code(201).send({ faults: simulator.faults.list() })
  })
  server.delete('/_sandbox/faults', (_request, reply) => {
    simulator.faults.clear()
    return reply.code(204).send()
  })
  server.post('/_sandbox/target', (request, reply) => {
    const url = inputOf(request)['url']
    if (typeof url !== 'string' || !/^https?:\/\//.test(url))
      return reply.code(400).send({ error: 'url must be an http(s) address' })
    simulator.callbacks.target(url)
    return reply.send({ url })
  })
  server.post<{ Params: { name: string } }>('/_sandbox/do/:name', async (request, reply) => {
    const origin = request.headers.origin
    if (origin !== undefined && origin !== `http://${request.headers.host}`)
      return reply.code(403).send({ error: 'forms are taken from this page alone' })
    if (!Object.hasOwn(vendor.controls ?? {}, request.params.name))
      return reply.code(404).send({ error: 'no such control', known: Object.keys(vendor.controls ?? {}) })
    let result: Json
    try {
      result = await simulator.control(request.params.name, inputOf(request))
    } catch (error) {
      if (!(error instanceof VendorProblem)) throw error
      return reply.code(409).send({ error: error.problem.detail })
    }
    const fromForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
    return fromForm ? reply.redirect('/_sandbox', 303) : reply.send({ result })
  })
}

function inputOf(request: FastifyRequest): JsonObject {
  const text = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : ''
  if (text === '') return {}
  if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
    return Object.fromEntries(new URLSearchParams(text))
  const input: Json = parseJson(text)
  return isObject(input) ? (input as JsonObject) : {}
}

const CALLBACK_WORDS: Readonly<Record<string, string>> = {
  queued: '待发送',
  delivered: '已送达',
  retrying: '等待重试',
  failed: '已放弃',
  lost: '丢失',
  no_target: '未配置地址',
}

function traffic(simulator: Simulator): Section[] {
  const time = (at: number) =>
    new Date(at).toLocaleTimeString('zh-CN', { hour12: false, timeZone: 'Asia/Shanghai' })
  return [
    {
      title: '最近收到的调用',
      columns: ['时间', '接口', '请求', '状态', '故障'],
      rows: simulator.exchanges
        .slice(-SHOWN)
        .reverse()
        .map(e => [
          time(e.at),
          e.operation ?? '（无此接口）',
          `${e.method} ${e.path.split('?')[0]}`,
          e.status || '断线',
          e.fault,
        ]),
    },
    {
      title: '最近发出的回调',
      columns: ['时间', '事件', '对象', '状态', '次数'],
      rows: simulator.callbacks.records
        .slice(-SHOWN)
        .reverse()
        .map(r => [time(r.at), r.event, r.key, CALLBACK_WORDS[r.state], r.attempts.length]),
    },
  ]
}
