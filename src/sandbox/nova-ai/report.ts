/**
 * Score reports: total of 100, dimensions in the vendor's codes and marks, quotes, clips behind links that expire,
 * an emotion curve, keywords, a level; a review makes a new revision. Links are signed anew at every reading.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Json, JsonObject } from '../../kernel/json.js'
import { chinaTime } from '../china-time.js'
import { createShelf, emptyShelf, type Shelf } from '../shelf.js'
import type { Runtime } from '../types.js'
import { VendorProblem } from '../types.js'
import { KEYWORDS, LIBRARY } from './library.js'
import type { Session } from './session.js'

export interface Report {
  readonly id: string
  readonly sessionId: string
  readonly ref: string
  readonly revision: number
  readonly finishedAt: number
  readonly updatedMs: number
  /** Code → share of the full marks, 0–1. */
  readonly shares: Readonly<Record<string, number>>
  readonly weights: Readonly<Record<string, number>>
  readonly hits: number
}

export interface Reports {
  readonly shelf: Shelf<Report>
  find(id: string): Report
  evaluate(session: Session, shares: Readonly<Record<string, number>>, at: number): Report
  revise(id: string, shares: Readonly<Record<string, number>>, at: number): Report
  show(report: Report): JsonObject
  /** Bytes of a clip. @throws VendorProblem forbidden when the link is expired or not ours */
  clip(name: string, expires: number, sign: string): Buffer
}

export function openReports(runtime: Runtime, clipSecret: string, clipTtlMs: number): Reports {
  const shelf = createShelf(runtime.slice('reports', emptyShelf<Report>), runtime.now)
  const sign = (name: string, expires: number) =>
    createHmac('sha256', clipSecret).update(`${name}.${expires}`).digest('hex').slice(0, 32)

  const find = (id: string) => {
    const found = shelf.get(id)
    if (!found) throw new VendorProblem({ kind: 'not_found', detail: `报告不存在：${id}` })
    return found
  }
  return {
    shelf,
    find,
    evaluate(session, shares, at) {
      const weights = session.position['competencies'] as Record<string, number>
      const usual = Object.fromEntries(Object.keys(weights).map(code => [code, LIBRARY[code]?.usual ?? 0.7]))
      const report = {
        id: runtime.id('rep'),
        sessionId: session.id,
        ref: session.ref,
        revision: 1,
        finishedAt: at,
        updatedMs: at,
        shares: { ...usual, ...shares },
        weights,
        hits: 6,
      }
      shelf.put(report.id, report)
      return report
    },
    revise(id, shares, at) {
      const old = find(id)
      const report = {
        ...old,
        revision: old.revision + 1,
        shares: { ...old.shares, ...shares },
        updatedMs: at,
      }
      shelf.put(id, report)
      return report
    },
    show(report) {
      const expires = runtime.now() + clipTtlMs
      const total = totalOf(report)
      const codes = Object.keys(report.weights)
      return {
        report_id: report.id,
        session_id: report.sessionId,
        client_ref: report.ref,
        status: 'done',
        revision: report.revision,
        finished_at: chinaTime(report.finishedAt),
        updated_at: chinaTime(report.updatedMs),
        updated_ms: report.updatedMs,
        total,
        level: total >= 85 ? 'A' : total >= 75 ? 'B' : total >= 60 ? 'C' : 'D',
        model: 'nova-eval-7',
        dims: codes.map(code => ({
          code,
          title: LIBRARY[code]?.name ?? code,
          score: tenths((report.shares[code] ?? 0) * (LIBRARY[code]?.fullMarks ?? 100)),
          full_marks: LIBRARY[code]?.fullMarks ?? 100,
          weight: report.weights[code] ?? 0,
        })),
        quotes: codes.map((code, index) => ({
          code,
          text: LIBRARY[code]?.quote ?? '',
          at_sec: 90 + index * 240,
        })),
        clips: [`${report.id}-1`, `${report.id}-2`].map((name, index) => ({
          type: 'video/mp4',
          title: index === 0 ? '系统设计作答' : '反问环节',
          url: `${runtime.url}/media/${name}?expires=${expires}&sign=${sign(name, expires)}`,
          expires_at: chinaTime(expires),
        })),
        emotion_curve: emotionOf(report.id),
        keywords: {
          hits: report.hits,
          total: KEYWORDS.length,
          words: KEYWORDS.slice(0, report.hits) as Json,
        },
      }
    },
    clip(name, expires, given) {
      const expected = Buffer.from(sign(name, expires))
      const bytes = Buffer.from(given)
      if (bytes.length !== expected.length || !timingSafeEqual(bytes, expected))
        throw new VendorProblem({ kind: 'forbidden', detail: '链接签名不正确' })
      if (expires <= runtime.now()) throw new VendorProblem({ kind: 'forbidden', detail: '链接已过期' })
      return clipBytes(name)
    },
  }
}

const tenths = (value: number) => Math.round(value * 10) / 10

/** Weighted mean of the shares, of 100; weights need not add up to 1. */
function totalOf(report: Report): number {
  const codes = Object.keys(report.weights)
  const whole = codes.reduce((sum, code) => sum + (report.weights[code] ?? 0), 0)
  const reached = codes.reduce(
    (sum, code) => sum + (report.weights[code] ?? 0) * (report.shares[code] ?? 0),
    0,
  )
  return whole === 0 ? 0 : tenths((reached / whole) * 100)
}

/** A curve that is the same at every reading: one value per half minute, from the report's id. */
function emotionOf(id: string): Json {
  const seed = createHmac('sha256', 'emotion').update(id).digest()
  return [...seed.subarray(0, 20)].map((byte, index) => [
    index * 30,
    Math.round((0.4 + byte / 512) * 100) / 100,
  ])
}

/** An MP4 container with a file-type box and the clip's name: enough to be fetched, stored and recognised. */
function clipBytes(name: string): Buffer {
  const box = (type: string, content: Buffer) => {
    const head = Buffer.alloc(8)
    head.writeUInt32BE(8 + content.length)
    head.write(type, 4, 'latin1')
    return Buffer.concat([head, content])
  }
  const brand = Buffer.concat([Buffer.from('isom'), Buffer.from([0, 0, 2, 0]), Buffer.from('isommp41')])
  return Buffer.concat([box('ftyp', brand), box('free', Buffer.from(name))])
}
