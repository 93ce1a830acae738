/**
 * What every part of the DingTalk simulator shares: the corp, its people with userid and unionid, and the legacy
 * contact calls that lead from a mobile number to them.
 */
import type { Json } from '../../kernel/json.js'
import { type Member, memberDigits, nationalMobile } from '../members.js'
import type { Call, Handler, Runtime } from '../types.js'
import { failLegacy, legacyOk } from './errors.js'
import type { DingTalkEventSettings } from './events.js'

export interface DingTalkUser extends Member {
  readonly userid: string
  readonly unionid: string
}

export interface DingTalkCorp {
  readonly runtime: Runtime
  readonly settings: DingTalkEventSettings
  readonly agentId: number
  readonly users: readonly DingTalkUser[]
  byUserId(userid: string): DingTalkUser | undefined
  byUnionId(unionid: string): DingTalkUser | undefined
}

/** The ids DingTalk gives this member: userid in the corp, unionid for the developer's apps. */
export function dingtalkIds(member: Pick<Member, 'mobile'>): Pick<DingTalkUser, 'userid' | 'unionid'> {
  return {
    userid: `manager${memberDigits('dingtalk user', member, 6)}`,
    unionid: `${memberDigits('dingtalk union', member, 20)}iE`,
  }
}

export function createCorp(
  runtime: Runtime,
  settings: DingTalkEventSettings,
  agentId: number,
  members: readonly Member[],
): DingTalkCorp {
  const users = members.map(member => ({ ...member, ...dingtalkIds(member) }))
  return {
    runtime,
    settings,
    agentId,
    users,
    byUserId: userid => users.find(user => user.userid === userid),
    byUnionId: unionid => users.find(user => user.unionid === unionid),
  }
}

/** A body the document has checked, as the type its schema describes. */
export function bodyOf<T>(call: Call): T {
  return (call.body ?? {}) as Json as T
}

export function contactHandlers(corp: DingTalkCorp): Readonly<Record<string, Handler>> {
  return {
    getUserByMobile(call) {
      const { mobile } = bodyOf<{ mobile: string }>(call)
      const user = corp.users.find(candidate => nationalMobile(candidate.mobile) === nationalMobile(mobile))
      if (!user) return failLegacy(60121, 'nobody has this number')
      return legacyOk({ result: { userid: user.userid, exclusive_account_userid_list: [] } })
    },
    getUser(call) {
      const user = corp.byUserId(bodyOf<{ userid: string }>(call).userid)
      if (!user) return failLegacy(60121, 'nobody has this userid')
      const { userid, unionid, name, title = '', mobile, email } = user
      return legacyOk({
        result: {
          userid,
          unionid,
          name,
          title,
          mobile: nationalMobile(mobile),
          email,
          dept_id_list: [1],
          active: true,
        },
      })
    },
  }
}
