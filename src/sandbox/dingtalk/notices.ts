/**
 * DingTalk work notices: taken with errcode 0 even where nothing arrives; an identical message to one person on one
 * day is dropped in silence and shows only in the send result.
 */
import { createHash } from 'node:crypto'
import { canonicalJson, type Json } from '../../kernel/json.js'
import { chinaTime } from '../china-time.js'
import { createShelf, emptyShelf } from '../shelf.js'
import type { Answer, Call, Handler } from '../types.js'
import { bodyOf, type DingTalkCorp } from './corp.js'
import { failLegacy, legacyOk } from './errors.js'

export interface WorkNotice {
  readonly taskId: number
  readonly at: number
  readonly msg: Json
  readonly arrived: readonly string[]
  readonly unknown: readonly string[]
  /** Dropped as identical to an earlier one of that day. */
  readonly repeated: readonly string[]
}

const MOST_RECEIVERS = 100
const MOST_BYTES = 2048
const DUPLICATE = '143106'

export interface DingTalkNotices {
  readonly handlers: Readonly<Record<string, Handler>>
  notices(): readonly WorkNotice[]
}

export function createNotices(corp: DingTalkCorp): DingTalkNotices {
  const { runtime } = corp
  const shelf = createShelf(runtime.slice('notices', emptyShelf<WorkNotice>), runtime.now)
  const seen = runtime.slice('notices_seen', () => ({ keys: {} as Record<string, true> }))

  function send(call: Call): Answer {
    const input = bodyOf<{ agent_id: number; userid_list?: string; msg: Json }>(call)
    if (input.agent_id !== corp.agentId) failLegacy(400002, 'agent_id is not of this app')
    if (Buffer.byteLength(JSON.stringify(input.msg)) > MOST_BYTES)
      failLegacy(400002, 'msg is over 2048 bytes')
    const receivers = [...new Set((input.userid_list ?? '').split(',').filter(Boolean))]
    if (receivers.length === 0 || receivers.length > MOST_RECEIVERS)
      failLegacy(400002, 'userid_list needs 1 to 100')
    const day = chinaTime(runtime.now(), 'yyyyMMdd')
    const content = createHash('sha256').update(canonicalJson(input.msg)).digest('hex')
    const fresh = (userid: string) => !Object.hasOwn(seen.keys, `${day} ${userid} ${content}`)
    const known = receivers.filter(userid => corp.byUserId(userid))
    const notice: WorkNotice = {
      taskId: Number(runtime.id('task').slice(-6)),
      at: runtime.now(),
      msg: input.msg,
      arrived: known.filter(fresh),
      unknown: receivers.filter(userid => !corp.byUserId(userid)),
      repeated: known.filter(userid => !fresh(userid)),
    }
    for (const userid of notice.arrived) {
      seen.keys[`${day} ${userid} ${content}`] = true
      runtime.effect({
        verb: 'create',
        resource: 'notice',
        id: `${notice.taskId}/${userid}`,
        body: input.msg,
        token: undefined,
      })
    }
    shelf.put(String(notice.taskId), notice)
    return legacyOk({ task_id: notice.taskId })
  }

  function result(call: Call): Answer {
    const input = bodyOf<{ agent_id: number; task_id: number }>(call)
    const notice = shelf.get(String(input.task_id))
    if (!notice || input.agent_id !== corp.agentId) return failLegacy(400002, 'no such task')
    return legacyOk({
      send_result: {
        invalid_user_id_list: [...notice.unknown],
        forbidden_user_id_list: [...notice.repeated],
        failed_user_id_list: [],
        read_user_id_list: [],
        unread_user_id_list: [...notice.arrived],
        invalid_dept_id_list: [],
        forbidden_list: notice.repeated.map(userid => ({ code: DUPLICATE, count: 1, userid })),
      },
    })
  }

  return { notices: () => shelf.all(), handlers: { sendWorkNotice: send, getSendResult: result } }
}
