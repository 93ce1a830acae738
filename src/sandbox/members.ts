/**
 * People of the simulated company as its office suites know them. Ids are made from the mobile number's hash, so
 * they are the same at every start and differ from suite to suite.
 */
import { createHash } from 'node:crypto'

/** A person as the company's data has it; mobile as E.164 or national digits. */
export interface Member {
  readonly name: string
  readonly mobile: string
  readonly email: string
  readonly title?: string
}

/** Mainland numbers lose +86, spaces and dashes: vendors compare national digits. */
export function nationalMobile(mobile: string): string {
  return mobile.replace(/[\s-]/g, '').replace(/^\+?86(?=1\d{10}$)/, '')
}

/** Hex digits that stand for this member within this scope. */
export function memberDigits(scope: string, member: Pick<Member, 'mobile'>, length: number): string {
  return createHash('sha256')
    .update(`${scope}:${nationalMobile(member.mobile)}`)
    .digest('hex')
    .slice(0, length)
}
