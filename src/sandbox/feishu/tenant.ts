/**
 * What every part of the Feishu simulator shares: the app, the tenant's people by each of their ids, and the
 * words for a user in an answer.
 */
import type { Json } from '../../kernel/json.js'
import { type Member, memberDigits, nationalMobile } from '../members.js'
import type { Call, Runtime } from '../types.js'
import type { FeishuEventSettings } from './events.js'

export type UserIdType = 'open_id' | 'union_id' | 'user_id'

export interface FeishuUser extends Member {
  readonly ids: { readonly open_id: string; readonly union_id: string; readonly user_id: string }
}

export interface FeishuTenant {
  readonly runtime: Runtime
  readonly settings: FeishuEventSettings
  /** The app's own calendar, where its events live. */
  readonly calendarId: string
  readonly users: readonly FeishuUser[]
  user(type: string, id: string): FeishuUser | undefined
  userByMobile(mobile: string): FeishuUser | undefined
  userByEmail(email: string): FeishuUser | undefined
}

/** The ids Feishu gives this member: open_id per app, union_id per developer, user_id per tenant. */
export function feishuIds(member: Pick<Member, 'mobile'>): FeishuUser['ids'] {
  return {
    open_id: `ou_${memberDigits('feishu open', member, 32)}`,
    union_id: `on_${memberDigits('feishu union', member, 32)}`,
    user_id: memberDigits('feishu user', member, 8),
  }
}

export function createTenant(
  runtime: Runtime,
  settings: FeishuEventSettings,
  members: readonly Member[],
): FeishuTenant {
  const users = members.map(member => ({ ...member, ids: feishuIds(member) }))
  return {
    runtime,
    settings,
    calendarId: `feishu.cn_${settings.appId}@group.calendar.feishu.cn`,
    users,
    user: (type, id) =>
      users.find(user => (type in user.ids ? user.ids[type as UserIdType] : undefined) === id),
    userByMobile: mobile => users.find(user => nationalMobile(user.mobile) === nationalMobile(mobile)),
    userByEmail: email => users.find(user => user.email.toLowerCase() === email.toLowerCase()),
  }
}

export function userIdType(call: Call): UserIdType {
  return (call.query['user_id_type'] ?? 'open_id') as UserIdType
}

/** A body the document has checked, as the type its schema describes. */
export function bodyOf<T>(call: Call): T {
  return (call.body ?? {}) as Json as T
}
