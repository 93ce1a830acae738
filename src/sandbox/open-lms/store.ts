/** Learners, plans and enrolments; a replaced plan keeps the progress of the courses that stay in it. */
import { createShelf, emptyShelf, type Shelf } from '../shelf.js'
import type { Runtime } from '../types.js'

export interface Learner {
  readonly id: number
  readonly name: string
  readonly email: string | null
  readonly mobile: string | null
  readonly department: string | null
}
export type Status = 'assigned' | 'learning' | 'done' | 'overdue'
export interface PlanItem {
  readonly course: string
  readonly due: string | null
  readonly reason: string | null
  readonly status: Status
  readonly score: number | null
  readonly done_at: number | null
}
export interface Plan {
  readonly ref: string
  readonly learner_id: number
  readonly title: string
  readonly done: boolean
  readonly items: readonly PlanItem[]
  readonly changed: number
}
export interface Enrolment extends PlanItem {
  readonly ref: string
  readonly learner_id: number
  readonly progress: number
  readonly changed: number
}
export const STATUS_WORDS: Readonly<Record<Status, string>> = {
  assigned: '待学习',
  learning: '学习中',
  done: '已完成',
  overdue: '已逾期',
}

export interface LmsStore {
  readonly learners: Shelf<Learner>
  readonly plans: Shelf<Plan>
  readonly enrolments: Shelf<Enrolment>
  nextLearnerId(): number
  /** Seconds. */
  now(): number
}

export function openLmsStore(runtime: Runtime): LmsStore {
  const counter = runtime.slice('learnerIds', () => ({ last: 1000 }))
  return {
    learners: createShelf(runtime.slice('learners', emptyShelf<Learner>), runtime.now),
    plans: createShelf(runtime.slice('plans', emptyShelf<Plan>), runtime.now),
    enrolments: createShelf(runtime.slice('enrolments', emptyShelf<Enrolment>), runtime.now),
    nextLearnerId: () => {
      counter.last++
      return counter.last
    },
    now: () => Math.floor(runtime.now() / 1000),
  }
}

/** The items of a plan said anew, each with the progress it had. */
export function renewItems(
  wanted: readonly { course: string; due?: string | null; reason?: string | null }[],
  known: readonly PlanItem[],
): PlanItem[] {
  return wanted.map(item => {
    const before = known.find(candidate => candidate.course === item.course)
    return {
      course: item.course,
      due: item.due ?? null,
      reason: item.reason ?? null,
      status: before?.status ?? 'assigned',
      score: before?.score ?? null,
      done_at: before?.done_at ?? null,
    }
  })
}
