/**
 * `hrhub sandbox --vendor NAME`: one simulated vendor made of a connector's OpenAPI document alone, for an integrator
 * who has no test account yet. Nothing of the folder is changed.
 */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { packageRoot } from '../config.js'
import { readForeign } from '../connector/draft/read-document.js'
import { HubError } from '../kernel/errors.js'
import { isObject } from '../kernel/json.js'
import { parseYaml } from '../kernel/yaml.js'
import { didYouMean } from '../mapping/suggest.js'
import { foldersIn } from '../pipeline/config/source-file.js'
import type { Log } from '../pipeline/parts.js'
import { type Invocation, projectsOf } from './invocation.js'
import { problemReport } from './problems.js'
import type { Exit, Terminal } from './terminal.js'
import { type Signals, untilStopped } from './until-stopped.js'

/**
 * @param port 0 = any free one
 * @throws HubError `CONFIG_CONNECTOR_UNKNOWN`, `CONNECTOR_FILE_MISSING`, `CLI_USE_WRONG`
 */
export async function sandboxVendor(
  cx: Invocation,
  name: string,
  port: string | undefined,
  signals?: Signals,
): Promise<Exit> {
  const { terminal, doors } = cx
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) < 65_536))
    throw new HubError('CLI_USE_WRONG', { detail: `${port} is no port` })
  const file = await documentOf(cx, name)
  const read = readForeign(await readFile(file, 'utf8'), file)
  if (read.problems) {
    const { value, lines } = problemReport(read.problems)
    terminal.show(value, lines)
    return 1
  }
  const { document } = read
  return untilStopped(
    {
      async start() {
        const vendor = await doors.vendor(name, document, Number(port ?? 0))
        return { log: logOn(terminal), close: vendor.close, vendor }
      },
      started({ vendor: { address, credential } }) {
        const settings = { base_url: address, credential }
        terminal.show({ vendor: name, document: file, ...settings }, [
          `${name} is simulated at ${address}, from ${file}`,
          `every key, token, user and password is \`${credential}\`; what is made is kept until it stops`,
          '',
          'in connections.yaml:',
          `  - connection: ${name}`,
          `    connector: ${name}`,
          '    allow_private: true',
          `    settings: { base_url: "${address}", … }`,
          '',
          `what it holds: ${address}/  Ctrl-C stops it`,
        ])
      },
    },
    signals,
  )
}

/** The document that a connector names, of the folder first, then of what ships. */
async function documentOf({ settings }: Invocation, name: string): Promise<string> {
  const roots = [...projectsOf(settings).map(project => resolve(project)), packageRoot()]
  const manifest = roots
    .map(root => join(root, 'connectors', name, 'connector.yaml'))
    .find(file => existsSync(file))
  if (!/^[\w-]+$/.test(name) || manifest === undefined) {
    const known = (await Promise.all(roots.map(root => foldersIn(join(root, 'connectors'))))).flat()
    throw new HubError('CONFIG_CONNECTOR_UNKNOWN', {
      detail: `there is no connector ${name}${didYouMean(name, known)}`,
    })
  }
  const { value } = parseYaml(await readFile(manifest, 'utf8'), manifest)
  const document = isObject(value) ? value['openapi'] : undefined
  if (typeof document !== 'string')
    throw new HubError('CONNECTOR_FILE_MISSING', { detail: `${manifest} names no document (openapi:)` })
  const file = resolve(dirname(manifest), document)
  if (!existsSync(file)) throw new HubError('CONNECTOR_FILE_MISSING', { detail: `there is no ${file}` })
  return file
}

const logOn = (terminal: Terminal): Log => {
  const line = (fields: unknown, text?: string) =>
    terminal.note(`${text ?? ''} ${JSON.stringify(fields)}`.trim())
  return { debug() {}, info() {}, warn: line, error: line }
}
