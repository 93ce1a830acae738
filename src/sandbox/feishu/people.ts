/** Feishu contact v3 and IM v1: people by mobile or mail, messages once per uuid within one hour. */

import { isHubError } from '../../kernel/errors.js'
import { type Json, parseJson } from '../../kernel/json.js'
import { createIdempotency, emptyIdempotency } from '../idempotency.js'
import { createShelf, emptyShelf } from '../shelf.js'
import type { Answer, Call, Handler } from '../types.js'
import { failFeishu, feishuData } from './errors.js'
import { bodyOf, type FeishuTenant, type FeishuUser, userIdType } from './tenant.js'

export interface FeishuMessage {
  readonly message_id: string
  /** Name of the receiver, or the chat's id. */
  readonly receiver: string
  readonly msg_type: string
  readonly content: string
  readonly create_time: string
}

const HOUR = 3_600_000

export interface FeishuPeople {
  readonly handlers: Readonly<Record<string, Handler>>
  messages(): readonly FeishuMessage[]
}

export function createPeople(tenant: FeishuTenant): FeishuPeople {
  const { runtime } = tenant
  const sent = createShelf(runtime.slice('messages', emptyShelf<FeishuMessage>), runtime.now)
  const uuids = createIdempotency(runtime.slice('message_uuids', emptyIdempotency), runtime.now, {
    windowMs: HOUR,
    otherBody: 'replay',
  })

  function getUserIds(call: Call): Answer {
    const { mobiles = [], emails = [] } = bodyOf<{ mobiles?: readonly string[]; emails?: readonly string[] }>(
      call,
    )
    const shown = (user: FeishuUser | undefined): Record<string, Json> =>
      user
        ? {
            user_id: user.ids[userIdType(call)],
            status: {
              is_frozen: false,
              is_resigned: false,
              is_activated: true,
              is_exited: false,
              is_unjoin: false,
            },
          }
        : {}
    return feishuData({
      user_list: [
        ...mobiles.map(mobile => ({ ...shown(tenant.userByMobile(mobile)), mobile })),
        ...emails.map(email => ({ ...shown(tenant.userByEmail(email)), email })),
      ],
    })
  }

  function send(call: Call): Answer {
    const body = bodyOf<{ receive_id: string; msg_type: string; content: string; uuid?: string }>(call)
    const type = String(call.query['receive_id_type'])
    checkContent(body.content)
    let receiver = body.receive_id
    if (type !== 'chat_id') {
      const user = type === 'email' ? tenant.userByEmail(receiver) : tenant.user(type, receiver)
      if (!user) return failFeishu(230013, 'the bot cannot reach this user')
      receiver = user.name
    }
    const message: FeishuMessage = {
      message_id: runtime.id('om'),
      receiver,
      msg_type: body.msg_type,
      content: body.content,
      create_time: String(runtime.now()),
    }
    sent.put(message.message_id, message)
    runtime.effect({
      verb: 'create',
      resource: 'message',
      id: message.message_id,
      body: call.body ?? null,
      token: body.uuid,
    })
    const { message_id, msg_type, create_time } = message
    return feishuData({ message_id, msg_type, create_time, chat_id: `oc_${body.receive_id}` })
  }

  return {
    messages: () => sent.all(),
    handlers: {
      getUserIds,
      sendMessage: call =>
        uuids.once('sendMessage', bodyOf<{ uuid?: string }>(call).uuid, call.raw, () => send(call)),
    },
  }
}

/** Text ≤ 150 KB is held by the document; here: that `content` is JSON in a text, as every msg_type wants it. */
function checkContent(content: string): void {
  try {
    parseJson(content)
  } catch (error) {
    if (!isHubError(error)) throw error
    failFeishu(230001, 'content is not a JSON string')
  }
}
