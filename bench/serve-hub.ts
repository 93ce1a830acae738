/** The hub as `serve` runs it, in a process that can be asked what it used. Settings come from the environment. */
import type { AddressInfo } from 'node:net'
import { readSettings } from '../src/config.js'
import { buildApp } from '../src/http/app.js'
import { startHub } from '../src/hub.js'
import { answerUsage, countStatements } from './usage.js'

if (process.env['BENCH_COUNT']) countStatements()
const role = process.env['BENCH_ROLE']
const hub = await startHub({
  settings: readSettings(),
  ...((role === 'api' || role === 'worker') && { role }),
})
const app = await buildApp(hub)
await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address() as AddressInfo
answerUsage()
process.send?.({ ready: { url: `http://127.0.0.1:${port}` } })

let stopping = false
async function stop(): Promise<void> {
  if (stopping) return
  stopping = true
  await app.close()
  await hub.stop()
  process.exit(0)
}
process.on('SIGTERM', () => void stop())
process.on('disconnect', () => void stop())
