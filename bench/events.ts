/**
 * The news of the bench: about 1 kB of JSON on one of many candidates, each piece another version of it, signed
 * as bench-source wants. Told apart at the sink by candidate and version.
 */
import { createHmac } from 'node:crypto'

export const SECRET = 'bench-secret-of-the-callbacks'

/** `changed` is taken by a flow; `noted` by none: stored and acknowledged, nothing more. */
export type EventType = 'changed' | 'noted'

export interface SignedEvent {
  /** Candidate. */
  readonly ref: number
  readonly version: number
  readonly body: string
  readonly timestamp: string
  readonly signature: string
}

/** @param run keeps the events of several runs apart */
export function makeEvent(run: string, type: EventType, ref: number, version: number): SignedEvent {
  const now = Date.now()
  const digits = String(ref).padStart(8, '0')
  const body = JSON.stringify({
    event_id: `${run}-${type}-${ref}-${version}`,
    type: `candidate.${type}`,
    data: {
      id: `${run}-${ref}`,
      version,
      // Every version is a millisecond younger: a source's clock never stands still.
      updated_at: new Date(now - 600_000 + version).toISOString(),
      name: `候选人${ref}`,
      phones: [{ number: `138${digits}` }],
      emails: [`candidate-${run}-${ref}@example.com`],
      education: [
        { school: '复旦大学', degree: '硕士', major: '计算机科学与技术', from: '2015-09', to: '2018-06' },
        { school: '浙江大学', degree: '本科', major: '应用数学', from: '2011-09', to: '2015-06' },
      ],
      jobs: [
        { company: '甲公司', title: '工程师', from: '2018-07', to: '2021-03', summary: '负责平台研发与交付' },
        { company: '乙公司', title: '高级工程师', from: '2021-04', to: '', summary: '负责数据产品与团队' },
      ],
      skills: ['Java', 'SQL', 'Kafka', 'TypeScript', `level-${version % 7}`],
      channel: { name: '官网', kind: 'im' },
      city: '上海',
    },
  })
  const timestamp = String(Math.floor(now / 1000))
  const signature = createHmac('sha256', SECRET).update(timestamp).update('.').update(body).digest('hex')
  return { ref, version, body, timestamp, signature }
}
