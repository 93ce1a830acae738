/**
 * `hrhub doctor`: looks at everything a hub needs here and now, and says of each thing whether it is well and what
 * to do. Nothing is changed; the vendors are asked by their own checks.
 */

import type { Finding } from './doctor/finding.js'
import { ledgerFindings } from './doctor/ledger.js'
import { machineFindings } from './doctor/machine.js'
import { channelFindings, clockFindings, connectionFindings, folderFindings } from './doctor/outside.js'
import type { Invocation } from './invocation.js'
import { columns, type Exit } from './terminal.js'

export interface DoctorOptions {
  /** Calls no vendor. */
  readonly offline: boolean
}

export async function doctor({ settings, terminal }: Invocation, { offline }: DoctorOptions): Promise<Exit> {
  const findings: Finding[] = [...(await machineFindings(settings)), ...(await folderFindings(settings))]
  const { findings: ledger, state } = await ledgerFindings(settings)
  findings.push(...ledger, ...clockFindings(state), ...(await channelFindings(settings)))
  if (!offline) findings.push(...(await connectionFindings(settings)))
  const bad = findings.some(finding => finding.is === 'bad')
  terminal.show({ healthy: !bad, findings }, [
    ...columns(findings.map(({ is, what, says }) => [SIGNS[is], what, says])),
    ...findings.flatMap(({ is, what, remedy }) =>
      is === 'good' || remedy === undefined ? [] : [`→ ${what}: ${remedy}`],
    ),
  ])
  return bad ? 1 : 0
}

const SIGNS: Readonly<Record<Finding['is'], string>> = { good: 'good', odd: 'ODD', bad: 'BAD' }
