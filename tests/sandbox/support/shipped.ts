/** A shipped connector opened against a running simulator, with the hub's door played by an ear. */
import { expect } from 'vitest'
import { loadConnector } from '../../../src/connector/manifest/load.js'
import { type OpenConnection, openConnection } from '../../../src/connector/open-connection.js'
import type { Opened, RawRequest } from '../../../src/connector/types.js'
import type { JsonObject } from '../../../src/kernel/json.js'
import type { Ear, Heard } from './hub-ear.js'
import { language } from './language.js'

export async function openShipped(
  name: string,
  settings: JsonObject,
  now: () => number,
): Promise<OpenConnection> {
  const { connector, problems } = await loadConnector(`connectors/${name}`, language)
  expect(problems).toEqual([])
  if (!connector) throw new Error(`no connector ${name}`)
  return openConnection(connector, { tenant: 'default', name, settings, allowPrivate: true, clock: { now } })
}

/** The request as the door hands it on: what stands after /hooks/{hook}, query and raw bytes. */
export function requestOf(heard: Heard, now: number): RawRequest {
  const url = new URL(heard.path, 'http://hub')
  return {
    method: 'POST',
    tail: url.pathname.replace(/^\/hooks\/hk_test/, ''),
    query: Object.fromEntries(url.searchParams),
    headers: heard.headers,
    body: Buffer.from(heard.raw),
    receivedAt: now,
  }
}

/** Lets the ear answer as the hub would; what was opened is collected. Rejected callbacks are answered with 401. */
export function listen(ear: Ear, connection: OpenConnection, now: () => number): Opened[] {
  const all: Opened[] = []
  ear.answer = async heard => {
    const opened = await connection.open(requestOf(heard, now()))
    all.push(opened)
    return opened.verdict === 'rejected' ? '' : opened.answer.body
  }
  return all
}
