/**
 * Feishu approval v4: instances under a uuid (a second one is refused with 60012), decided by a person's button,
 * told in events of the 1.0 form to those who subscribed the definition.
 */
import { randomUUID } from 'node:crypto'
import { isHubError } from '../../kernel/errors.js'
import { isObject, type Json, parseJson } from '../../kernel/json.js'
import { createShelf, emptyShelf } from '../shelf.js'
import type { Answer, Call, Control, Handler } from '../types.js'
import { failFeishu, feishuData } from './errors.js'
import { APPROVAL_EVENT, eventV1 } from './events.js'
import { bodyOf, type FeishuTenant, type FeishuUser, userIdType } from './tenant.js'

/** A definition as the approval admin console has it. */
export interface ApprovalDefinition {
  readonly code: string
  readonly name: string
  /** Ids of the form's widgets; a form with another id is refused (1390001). */
  readonly widgets: readonly string[]
  readonly active?: boolean
}
export type InstanceStatus = 'PENDING' | 'APPROVED' | 'REJECTED' | 'CANCELED' | 'DELETED'
export interface FeishuInstance {
  readonly approval_code: string
  readonly approval_name: string
  readonly instance_code: string
  readonly serial_number: string
  readonly uuid: string
  readonly status: InstanceStatus
  readonly open_id: string
  readonly user_id: string
  readonly start_time: string
  readonly end_time: string
  readonly form: string
  readonly timeline: readonly {
    readonly type: string
    readonly create_time: string
    readonly comment?: string
  }[]
}

interface CreateInput {
  readonly approval_code: string
  readonly user_id?: string
  readonly open_id?: string
  readonly form: string
  readonly uuid?: string
}

export interface FeishuApproval {
  readonly handlers: Readonly<Record<string, Handler>>
  readonly controls: Readonly<Record<string, Control>>
  instances(): readonly FeishuInstance[]
}

export function createApproval(
  tenant: FeishuTenant,
  definitions: readonly ApprovalDefinition[],
  subscribedAtStart: boolean,
): FeishuApproval {
  const { runtime } = tenant
  const shelf = createShelf(runtime.slice('instances', emptyShelf<FeishuInstance>), runtime.now)
  const subscriptions = runtime.slice('subscriptions', () => ({
    codes: subscribedAtStart ? definitions.map(definition => definition.code) : [],
    said: 0,
  }))

  const byUuid = (uuid: string) => shelf.all().find(instance => instance.uuid === uuid)
  function find(id: string): FeishuInstance {
    return shelf.get(id) ?? byUuid(id) ?? failFeishu(1390003, 'no such instance')
  }
  function definitionOf(code: string): ApprovalDefinition {
    return (
      definitions.find(definition => definition.code === code) ?? failFeishu(1390002, 'no such definition')
    )
  }
  function say(instance: FeishuInstance) {
    if (!subscriptions.codes.includes(instance.approval_code)) return
    subscriptions.said++
    const at = runtime.now()
    const event = {
      type: APPROVAL_EVENT,
      approval_code: instance.approval_code,
      instance_code: instance.instance_code,
      status: instance.status,
      operate_time: String(at),
      instance_operate_time: String(at),
      ...(instance.uuid === '' ? {} : { uuid: instance.uuid }),
    }
    const seed = String(subscriptions.said)
    runtime.emit(APPROVAL_EVENT, instance.instance_code, eventV1(tenant.settings, at, seed, event))
  }
  function move(
    instance: FeishuInstance,
    status: InstanceStatus,
    step: string,
    comment?: string,
  ): FeishuInstance {
    const at = String(runtime.now())
    const next = {
      ...instance,
      status,
      end_time: at,
      timeline: [...instance.timeline, { type: step, create_time: at, ...(comment ? { comment } : {}) }],
    }
    shelf.put(instance.instance_code, next)
    say(next)
    return next
  }

  function create(call: Call): Answer {
    const input = bodyOf<CreateInput>(call)
    const definition = definitionOf(input.approval_code)
    if (definition.active === false) failFeishu(1390015, 'the definition was switched off')
    checkForm(input.form, definition)
    const user = submitter(tenant, input)
    if (input.uuid !== undefined && byUuid(input.uuid)) failFeishu(60012, 'an instance with this uuid exists')
    const at = String(runtime.now())
    const instance: FeishuInstance = {
      approval_code: definition.code,
      approval_name: definition.name,
      instance_code: randomUUID().toUpperCase(),
      serial_number: runtime.id('sn').slice(-6),
      uuid: input.uuid ?? '',
      status: 'PENDING',
      open_id: user.ids.open_id,
      user_id: user.ids.user_id,
      start_time: at,
      end_time: '0',
      form: input.form,
      timeline: [{ type: 'START', create_time: at }],
    }
    shelf.put(instance.instance_code, instance)
    runtime.effect({
      verb: 'create',
      resource: 'instance',
      id: instance.instance_code,
      body: call.body ?? null,
      token: input.uuid,
    })
    say(instance)
    return feishuData({ instance_code: instance.instance_code })
  }

  function cancel(call: Call): Answer {
    const input = bodyOf<{ approval_code: string; instance_code: string; user_id: string }>(call)
    definitionOf(input.approval_code)
    const instance = find(input.instance_code)
    const user = tenant.user(userIdType(call), input.user_id)
    if (user?.ids.open_id !== instance.open_id) failFeishu(1390001, 'only the submitter may withdraw')
    if (instance.status !== 'PENDING') failFeishu(1390001, 'the instance is finished')
    move(instance, 'CANCELED', 'CANCEL')
    runtime.effect({
      verb: 'delete',
      resource: 'instance',
      id: instance.instance_code,
      body: null,
      token: undefined,
    })
    return feishuData()
  }

  const decision = (title: string, status: InstanceStatus, step: string): Control => ({
    title,
    run(input) {
      const instance = find(String(input['instance_code']))
      if (instance.status !== 'PENDING') throw new Error(`the instance is ${instance.status}`)
      const comment = typeof input['comment'] === 'string' ? input['comment'] : undefined
      return { status: move(instance, status, step, comment).status }
    },
  })

  return {
    instances: () => shelf.all(),
    handlers: {
      createInstance: create,
      cancelInstance: cancel,
      getInstance: call =>
        feishuData({
          ...find(call.params['instance_id'] ?? ''),
          reverted: false,
          department_id: '',
          comment_list: [],
        } as unknown as Json),
      subscribeApproval(call) {
        const { code } = definitionOf(call.params['approval_code'] ?? '')
        if (subscriptions.codes.includes(code)) failFeishu(1390007, 'subscribed already')
        subscriptions.codes.push(code)
        return feishuData()
      },
    },
    controls: {
      approve: decision('同意', 'APPROVED', 'PASS'),
      reject: decision('拒绝', 'REJECTED', 'REJECT'),
    },
  }
}

function submitter(tenant: FeishuTenant, input: CreateInput): FeishuUser {
  const user =
    input.open_id === undefined
      ? tenant.user('user_id', input.user_id ?? '')
      : tenant.user('open_id', input.open_id)
  return user ?? failFeishu(1390001, 'user_id or open_id names nobody of this tenant')
}

function checkForm(form: string, definition: ApprovalDefinition): void {
  let widgets: Json
  try {
    widgets = parseJson(form)
  } catch (error) {
    if (!isHubError(error)) throw error
    failFeishu(1390001, 'form is not JSON')
  }
  if (!Array.isArray(widgets)) failFeishu(1390001, 'form is not a list')
  for (const widget of widgets as readonly Json[])
    if (
      !isObject(widget) ||
      !definition.widgets.includes(String(widget['id'])) ||
      typeof widget['type'] !== 'string'
    )
      failFeishu(1390001, `widget=${isObject(widget) ? String(widget['id']) : '?'}`)
}
