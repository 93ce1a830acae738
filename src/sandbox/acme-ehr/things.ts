/** What the EHR holds, as its document describes it; and the tables that say where each sort of thing lives. */
import type { Json, JsonObject } from '../../kernel/json.js'

export interface Thing {
  readonly id: string
  readonly created_at: string
  readonly updated_at: string
  readonly [member: string]: Json | undefined
}
export interface CustomField {
  readonly code: string
  readonly name?: string
  readonly value: Json
}

export type Sort = 'position' | 'candidate' | 'application' | 'interview' | 'offer' | 'person'

/** Names of operations and ids per sort; `label` is for the page. */
export const SORTS: Readonly<
  Record<Sort, { readonly many: string; readonly prefix: string; readonly label: string }>
> = {
  position: { many: 'Positions', prefix: 'pos', label: '职位' },
  candidate: { many: 'Candidates', prefix: 'cand', label: '候选人' },
  application: { many: 'Applications', prefix: 'app', label: '应聘' },
  interview: { many: 'Interviews', prefix: 'itv', label: '面试' },
  offer: { many: 'Offers', prefix: 'off', label: '录用' },
  person: { many: 'Persons', prefix: 'psn', label: '人员' },
}

/** Custom fields an administrator has defined: code → sort it belongs to, name, type of its value. */
export const CUSTOM_FIELDS: Readonly<
  Record<
    string,
    { readonly on: readonly Sort[]; readonly name: string; readonly type: 'string' | 'number' | 'boolean' }
  >
> = {
  ai_overall: { on: ['candidate', 'application'], name: '智能面试总分', type: 'number' },
  ai_conclusion: { on: ['candidate', 'application'], name: '智能面试结论', type: 'string' },
  ai_grade: { on: ['candidate', 'application'], name: '智能面试等级', type: 'string' },
  ai_keyword_rate: { on: ['candidate', 'application'], name: '关键词命中率', type: 'number' },
  ai_weak_points: { on: ['candidate', 'application'], name: '待提升维度', type: 'string' },
  ai_dim_system_design: { on: ['candidate', 'application'], name: '系统设计得分', type: 'number' },
  ai_dim_coding: { on: ['candidate', 'application'], name: '编码能力得分', type: 'number' },
  ai_dim_problem_solving: { on: ['candidate', 'application'], name: '问题分析得分', type: 'number' },
  ai_dim_communication: { on: ['candidate', 'application'], name: '沟通表达得分', type: 'number' },
  ai_dim_ownership: { on: ['candidate', 'application'], name: '责任心得分', type: 'number' },
  ai_dim_customer_focus: { on: ['candidate', 'application'], name: '客户意识得分', type: 'number' },
  ai_dim_stress: { on: ['candidate', 'application'], name: '抗压能力得分', type: 'number' },
  live_progress: { on: ['interview'], name: '面试进度', type: 'string' },
  meeting_room: { on: ['interview'], name: '会议室', type: 'string' },
  visa_needed: { on: ['candidate'], name: '需办理签证', type: 'boolean' },
}

export const INTERVIEW_WORDS: Readonly<Record<string, string>> = {
  DRAFT: '待发送',
  SENT: '已发送',
  OPENED: '已打开',
  BOOKED: '已预约',
  IN_PROGRESS: '面试中',
  INTERRUPTED: '已中断',
  DONE: '已完成',
  EVALUATED: '已评估',
  CANCELLED: '已取消',
  NO_SHOW: '未到场',
  EXPIRED: '已过期',
}
export const STAGE_WORDS: Readonly<Record<string, string>> = {
  NEW: '新简历',
  SCREEN_PASS: '初筛通过',
  AI_INTERVIEW: '智能面试',
  INTERVIEW: '面试',
  ASSESSMENT: '测评',
  OFFER: '录用审批',
  HIRED: '已入职',
  REJECTED: '已淘汰',
  WITHDRAWN: '已放弃',
}
export const CONCLUSION_WORDS: Readonly<Record<string, string>> = {
  RECOMMEND: '推荐',
  HOLD: '待定',
  REJECT: '不推荐',
}

/** What the EHR has of a score report written to an application. */
export interface StoredReport {
  readonly ref: string
  readonly application_id: string
  readonly updated_at: string
  readonly report: JsonObject
}
