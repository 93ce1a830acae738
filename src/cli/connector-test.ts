/** `hrhub connector test CONNECTION`: the connector's own check, made against the real address with the real settings. */
import type { Invocation } from './invocation.js'
import { withConnection } from './pick-connection.js'
import { columns, type Exit } from './terminal.js'

export async function connectorTest(cx: Invocation, name: string, tenant: string | undefined): Promise<Exit> {
  return withConnection(cx, name, tenant, async ({ connector, connection }) => {
    const { is, code, detail, status, tookMs } = await connection.check()
    const good = is === 'accepted'
    const rows = [
      ['connection', `${name} (${connector})`],
      ['outcome', `${is}${status === undefined ? '' : `, status ${status}`}, ${Math.round(tookMs)} ms`],
      ...(code === undefined && detail === '' ? [] : [['said', [code, detail].filter(Boolean).join(' ')]]),
    ]
    cx.terminal.show(
      { connection: name, connector, outcome: is, code: code ?? null, detail, status: status ?? null },
      columns(rows),
    )
    return good ? 0 : 1
  })
}
