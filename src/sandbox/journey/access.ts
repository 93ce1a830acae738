/**
 * How the journey touches anything: over HTTP on 127.0.0.1, like a person at a vendor's page or a program with an
 * API key. Nothing here calls a function of the hub or of a simulator.
 */
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import type { FaultPlan } from '../misbehaviour.js'
import type { VendorName } from '../vendors.js'

export interface Access {
  readonly hub: string
  readonly vendors: Readonly<Record<VendorName, string>>
  /** Folder with the .eml files. */
  readonly mailFolder: string
  /** Presses a button on a vendor's page. */
  press(vendor: VendorName, control: string, input: JsonObject): Promise<JsonObject>
  /** What a vendor holds. */
  holds(vendor: VendorName): Promise<JsonObject>
  /** Things a vendor was made to do: created, updated, deleted, sent. */
  effects(vendor: VendorName): Promise<readonly JsonObject[]>
  trouble(vendor: VendorName, plans: readonly FaultPlan[]): Promise<void>
  ask(path: string): Promise<JsonObject>
}

/** Longer than any button of a vendor takes. */
const TIMEOUT_MS = 15_000

export function openAccess(
  hub: string,
  key: string,
  vendors: Readonly<Record<VendorName, string>>,
  mailFolder: string,
): Access {
  async function call(url: string, init: RequestInit = {}): Promise<Json> {
    const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${url}: ${answer.status} ${text.slice(0, 300)}`)
    return text === '' ? null : (JSON.parse(text) as Json)
  }
  const post = (url: string, body: unknown) =>
    call(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
  const object = (value: Json): JsonObject => (isObject(value) ? (value as JsonObject) : {})
  return {
    hub,
    vendors,
    mailFolder,
    async press(vendor, control, input) {
      const answer = object(await post(`${vendors[vendor]}/_sandbox/do/${control}`, input))
      return object(answer['result'] ?? null)
    },
    async holds(vendor) {
      const state = object(await call(`${vendors[vendor]}/_sandbox/state`))
      return object(state['state'] ?? state)
    },
    async effects(vendor) {
      const answer = await call(`${vendors[vendor]}/_sandbox/effects`)
      const list = Array.isArray(answer) ? answer : (object(answer)['effects'] ?? [])
      return list as readonly JsonObject[]
    },
    async trouble(vendor, plans) {
      await post(`${vendors[vendor]}/_sandbox/faults`, { plans })
    },
    ask: async path => object(await call(`${hub}${path}`, { headers: { authorization: `Bearer ${key}` } })),
  }
}

/** The first entry of a list member for which `test` holds. */
export function findIn(
  state: JsonObject,
  list: string,
  test: (entry: JsonObject) => boolean,
): JsonObject | undefined {
  const entries = state[list]
  return Array.isArray(entries) ? (entries as readonly JsonObject[]).find(test) : undefined
}

export function listIn(state: JsonObject, list: string): readonly JsonObject[] {
  const entries = state[list]
  return Array.isArray(entries) ? (entries as readonly JsonObject[]) : []
}
