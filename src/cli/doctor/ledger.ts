/** What doctor asks the ledger: version, owner, lateness, what waits for a person. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { HubSettings } from '../../config.js'
import type { LedgerState } from '../operator/ledger-state.js'
import { runningHub, stateOfLedger } from '../operator/operate.js'
import { bad, type Finding, failed, good, odd } from './finding.js'

export interface LedgerFindings {
  readonly findings: readonly Finding[]
  readonly state: LedgerState | undefined
}

/** A hub that keeps up has nothing due for longer. */
const LATE_MS = 60_000

export async function ledgerFindings(settings: HubSettings): Promise<LedgerFindings> {
  const embedded = settings.databaseUrl === undefined
  if (embedded && !existsSync(join(settings.dataFolder, 'ledger')))
    return { findings: [good('ledger', 'embedded, is made at the first start')], state: undefined }
  try {
    const running = await runningHub(settings)
    const state = await stateOfLedger(settings)
    const hub = embedded
      ? [
          good(
            'hub',
            running ? `process ${running.pid}, ${running.address ?? 'no address'}` : 'none is running here',
          ),
        ]
      : []
    return { findings: [...hub, ...findingsOf(state)], state }
  } catch (error) {
    return { findings: [failed('ledger', error)], state: undefined }
  }
}

function findingsOf(state: LedgerState): readonly Finding[] {
  const { engine, tookMs, schema, instance, paused, oldestDueMs } = state
  const findings: Finding[] = [
    good('ledger', `${engine === 'pglite' ? 'embedded' : 'Postgres'}, answers in ${tookMs} ms`),
  ]
  const { missing, applied } = schema
  findings.push(
    missing.length === 0
      ? good('schema', applied.at(-1) ?? '')
      : odd('schema', `lacks ${missing.join(', ')}`, 'run `hrhub migrate`, or start the hub'),
  )
  if (instance)
    findings.push(
      instance.ours
        ? good('instance', `${instance.id}, epoch ${instance.epoch}`)
        : bad(
            'instance',
            'the ledger was made under another key',
            'use its HRHUB_KEY, or run `hrhub restored` if it is a copy',
          ),
    )
  for (const { tenant, connection, because } of paused)
    findings.push(
      odd(
        `${tenant}/${connection}`,
        `paused: ${because ?? 'by an operator'}`,
        `mend it, then POST /v1/connections/${connection}/resume`,
      ),
    )
  const seconds = Math.round(oldestDueMs / 1000)
  findings.push(
    oldestDueMs > LATE_MS
      ? odd(
          'deliveries',
          `the oldest due one is ${seconds} s late`,
          'is a hub running, with role all or worker?',
        )
      : good('deliveries', `${counts(state.deliveries)}; none is late`),
    state.messages['invalid'] === undefined && state.messages['defect'] === undefined
      ? good('messages', counts(state.messages))
      : odd(
          'messages',
          counts(state.messages),
          'see GET /v1/messages?state=invalid, then `hrhub explain ID`',
        ),
  )
  findings.push(...forPeople(state))
  return findings
}

/** Each where it is looked at and decided. */
function forPeople({ findings, proposals, stopped }: LedgerState): readonly Finding[] {
  const list: Finding[] = []
  if (Object.keys(stopped).length > 0)
    list.push(
      odd(
        'stopped',
        counts(stopped),
        'see GET /v1/deliveries?state=parked or dead; mended, `hrhub redrive --code CODE`',
      ),
    )
  if (proposals > 0)
    list.push(
      odd('proposals', `${proposals} pairs may be one`, 'decide them: GET /v1/merge-proposals?state=open'),
    )
  if (Object.keys(findings).length > 0)
    list.push(
      odd('findings', counts(findings), 'see GET /v1/findings; docs/api.md says what each code means'),
    )
  return list
}

function counts(states: Readonly<Record<string, number>>): string {
  const parts = Object.entries(states).map(([state, count]) => `${count} ${state}`)
  return parts.length === 0 ? 'all at rest' : parts.join(', ')
}
