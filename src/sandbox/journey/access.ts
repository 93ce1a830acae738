/**
 * How the journey touches anything: over HTTP on 127.0.0.1, like a person at a vendor's page or a program with an
 * API key. Nothing here calls a function of the hub or of a simulator.
 */
import { randomUUID } from 'node:crypto'
import { isObject, type Json, type JsonObject } from '../../kernel/json.js'
import type { CallbackRecord } from '../callbacks.js'
import type { FaultPlan } from '../misbehaviour.js'
import type { Effect, Exchange } from '../types.js'
import type { VendorName } from '../vendors.js'

export interface Access {
  /** Another at every start: what vendors recorded of their calls does not outlive their process. */
  readonly run: string
  readonly hub: string
  readonly vendors: Readonly<Record<VendorName, string>>
  /** Folder with the .eml files. */
  readonly mailFolder: string
  /** Presses a button on a vendor's page. */
  press(vendor: VendorName, control: string, input: JsonObject): Promise<JsonObject>
  /** What a vendor holds. */
  holds(vendor: VendorName): Promise<JsonObject>
  /** Things a vendor was made to do: created, updated, deleted, sent. */
  effects(vendor: VendorName): Promise<readonly Effect[]>
  /** Calls a vendor took in this run, with the fault each of them met. */
  exchanges(vendor: VendorName): Promise<readonly Exchange[]>
  /** What a vendor called back, attempt by attempt. */
  callbacks(vendor: VendorName): Promise<readonly CallbackRecord[]>
  trouble(vendor: VendorName, plans: readonly FaultPlan[]): Promise<void>
  ask(path: string): Promise<JsonObject>
  /** Whether a link leads to something. */
  opens(url: string): Promise<boolean>
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
  const list = async (url: string) => {
    const answer = await call(url)
    return (Array.isArray(answer) ? answer : []) as readonly unknown[]
  }
  return {
    run: randomUUID(),
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
    effects: async vendor => (await list(`${vendors[vendor]}/_sandbox/effects`)) as readonly Effect[],
    exchanges: async vendor => (await list(`${vendors[vendor]}/_sandbox/exchanges`)) as readonly Exchange[],
    callbacks: async vendor =>
      (await list(`${vendors[vendor]}/_sandbox/callbacks`)) as readonly CallbackRecord[],
    async trouble(vendor, plans) {
      await post(`${vendors[vendor]}/_sandbox/faults`, { plans })
    },
    ask: async path => object(await call(`${hub}${path}`, { headers: { authorization: `Bearer ${key}` } })),
    async opens(url) {
      const answer = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
      return answer.ok && (await answer.arrayBuffer()).byteLength > 0
    },
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
