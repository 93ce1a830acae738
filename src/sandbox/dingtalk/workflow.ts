/**
 * DingTalk OA approval: instances without any idempotency (sent twice is two), withdrawn not before 15 seconds,
 * decided by a person's button, told in `bpms_instance_change`, the `start` of our own instance included.
 */
import { randomUUID } from 'node:crypto'
import type { Json } from '../../kernel/json.js'
import { chinaTime } from '../china-time.js'
import { createShelf, emptyShelf } from '../shelf.js'
import type { Answer, Call, Control, Handler } from '../types.js'
import { bodyOf, type DingTalkCorp } from './corp.js'
import { failNew } from './errors.js'
import { APPROVAL_EVENT, dingtalkEvent } from './events.js'

/** A form as the OA admin console has it. */
export interface ProcessDefinition {
  readonly code: string
  readonly name: string
  /** Names of its components; another name is refused (illegalComponent). */
  readonly components: readonly string[]
}
export interface DingTalkInstance {
  readonly id: string
  readonly processCode: string
  readonly title: string
  readonly businessId: string
  readonly originatorUserId: string
  readonly status: 'RUNNING' | 'TERMINATED' | 'COMPLETED'
  readonly result: '' | 'agree' | 'refuse'
  readonly createdAt: number
  readonly finishedAt: number | null
  readonly form: readonly { readonly name: string; readonly value: string }[]
}
interface CreateInput {
  readonly processCode: string
  readonly originatorUserId: string
  readonly deptId?: number
  readonly approvers?: readonly unknown[]
  readonly formComponentValues: DingTalkInstance['form']
}

const NO_WITHDRAWAL_FOR = 15_000

export interface DingTalkWorkflow {
  readonly handlers: Readonly<Record<string, Handler>>
  readonly controls: Readonly<Record<string, Control>>
  instances(): readonly DingTalkInstance[]
}

export function createWorkflow(
  corp: DingTalkCorp,
  definitions: readonly ProcessDefinition[],
): DingTalkWorkflow {
  const { runtime } = corp
  const shelf = createShelf(runtime.slice('instances', emptyShelf<DingTalkInstance>), runtime.now)
  const find = (id: string) => shelf.get(id) ?? failNew('processInstanceNotExist', 'no such instance')

  function say(instance: DingTalkInstance, type: string) {
    const fields = {
      processInstanceId: instance.id,
      processCode: instance.processCode,
      businessId: instance.businessId,
      title: instance.title,
      staffId: instance.originatorUserId,
      type,
      ...(instance.result === '' ? {} : { result: instance.result }),
      createTime: instance.createdAt,
      ...(instance.finishedAt === null ? {} : { finishTime: instance.finishedAt }),
      url: `https://aflow.dingtalk.com/dingtalk/mobile/homepage.htm?procInstId=${instance.id}`,
    }
    runtime.emit(
      APPROVAL_EVENT,
      instance.id,
      dingtalkEvent(corp.settings, APPROVAL_EVENT, runtime.now(), fields),
    )
  }
  function end(
    instance: DingTalkInstance,
    status: DingTalkInstance['status'],
    result: DingTalkInstance['result'],
  ) {
    const next = { ...instance, status, result, finishedAt: runtime.now() }
    shelf.put(instance.id, next)
    say(next, status === 'TERMINATED' ? 'terminate' : 'finish')
  }

  function create(call: Call): Answer {
    const input = bodyOf<CreateInput>(call)
    const definition = definitions.find(candidate => candidate.code === input.processCode)
    if (!definition) return failNew('processCodeError', 'no such process')
    const user = corp.byUserId(input.originatorUserId)
    if (!user) return failNew('processInstanceInvalidParameter', 'originatorUserId is nobody')
    if (input.approvers === undefined && input.deptId === undefined)
      failNew('processInstanceInvalidParameter', 'deptId is required without approvers')
    const form = input.formComponentValues.map(({ name, value }) => ({ name, value }))
    if (form.some(component => !definition.components.includes(component.name)))
      failNew('illegalComponent', 'the form has no component of that name')
    const instance: DingTalkInstance = {
      id: randomUUID(),
      processCode: definition.code,
      title: `${user.name}提交的${definition.name}`,
      businessId: `${chinaTime(runtime.now(), 'yyyyMMddHHmm')}${runtime.id('biz').slice(-6)}`,
      originatorUserId: user.userid,
      status: 'RUNNING',
      result: '',
      createdAt: runtime.now(),
      finishedAt: null,
      form,
    }
    shelf.put(instance.id, instance)
    runtime.effect({
      verb: 'create',
      resource: 'process_instance',
      id: instance.id,
      body: call.body ?? null,
      token: undefined,
    })
    say(instance, 'start')
    return { status: 200, body: { instanceId: instance.id } }
  }

  function terminate(call: Call): Answer {
    const input = bodyOf<{ processInstanceId: string; isSystem?: boolean; operatingUserId?: string }>(call)
    const instance = find(input.processInstanceId)
    if (instance.status !== 'RUNNING') failNew('aflowProcessInstStatusException', 'the instance has ended')
    if (runtime.now() - instance.createdAt < NO_WITHDRAWAL_FOR)
      failNew('aflowProcessInstStatusException', 'not within 15 seconds after submission')
    if (input.isSystem !== true && input.operatingUserId !== instance.originatorUserId)
      failNew('processInstanceInvalidParameter', 'only the originator or the system may withdraw')
    end(instance, 'TERMINATED', '')
    runtime.effect({
      verb: 'delete',
      resource: 'process_instance',
      id: instance.id,
      body: null,
      token: undefined,
    })
    return { status: 200, body: { result: true, success: true } }
  }

  function listIds(call: Call): Answer {
    const input = bodyOf<{
      processCode: string
      startTime: number
      endTime?: number
      nextToken: number
      maxResults: number
      userIds?: readonly string[]
      statuses?: readonly string[]
    }>(call)
    const found = shelf
      .search(call.staleBy)
      .filter(instance => instance.processCode === input.processCode)
      .filter(
        instance =>
          instance.createdAt >= input.startTime &&
          instance.createdAt <= (input.endTime ?? Number.MAX_SAFE_INTEGER),
      )
      .filter(instance => input.userIds?.includes(instance.originatorUserId) ?? true)
      .filter(instance => input.statuses?.includes(instance.status) ?? true)
    const list = found.slice(input.nextToken, input.nextToken + input.maxResults).map(instance => instance.id)
    const end = input.nextToken + list.length
    return {
      status: 200,
      body: { success: true, result: { list, ...(end < found.length ? { nextToken: String(end) } : {}) } },
    }
  }

  const decision = (title: string, result: 'agree' | 'refuse'): Control => ({
    title,
    run(input) {
      const instance = find(String(input['process_instance_id']))
      if (instance.status !== 'RUNNING') throw new Error(`the instance is ${instance.status}`)
      end(instance, 'COMPLETED', result)
      return { result }
    },
  })

  return {
    instances: () => shelf.all(),
    handlers: {
      createProcessInstance: create,
      terminateProcessInstance: terminate,
      listProcessInstanceIds: listIds,
      getProcessInstance: call => ({
        status: 200,
        body: { success: true, result: shown(find(String(call.query['processInstanceId']))) },
      }),
    },
    controls: { agree: decision('同意', 'agree'), refuse: decision('拒绝', 'refuse') },
  }
}

function shown(instance: DingTalkInstance): Json {
  return {
    title: instance.title,
    businessId: instance.businessId,
    bizAction: 'NONE',
    status: instance.status,
    result: instance.result,
    originatorUserId: instance.originatorUserId,
    originatorDeptId: '-1',
    createTime: chinaTime(instance.createdAt),
    ...(instance.finishedAt === null ? {} : { finishTime: chinaTime(instance.finishedAt) }),
    formComponentValues: instance.form.map(component => ({ ...component })),
    tasks: [],
    operationRecords: [],
  }
}
