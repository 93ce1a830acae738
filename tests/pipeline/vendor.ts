/** A vendor behind the Connection interface: remembers tokens or not, can be looked up or not, fails on demand. */
import type {
  Connection,
  EffectProgress,
  Fetched,
  LookupResult,
  Next,
  Outcome,
  PreparedCall,
  ResourceAbility,
} from '../../src/connector/types.js'
import { HubError } from '../../src/kernel/errors.js'
import type { Json, JsonObject } from '../../src/kernel/json.js'

export type Fault = 'cut-after' | 'cut-before' | 'unreachable' | 'throttled' | 'refused' | 'unauthorized'

export interface VendorOptions {
  readonly tokens?: boolean
  readonly lookup?: { readonly afterMs: number }
  readonly verbs?: ResourceAbility['verbs']
  readonly answer?: (id: string) => JsonObject
  readonly onUnknown?: 'park' | 'repeat'
}

export class FakeVendor implements Connection {
  readonly tenant = 'default'
  readonly connector = 'fake'
  readonly name: string
  readonly options: VendorOptions
  readonly things = new Map<string, { resource: string; body: JsonObject; token: string }>()
  readonly calls: { verb: string; resource: string; body: JsonObject; token: string }[] = []
  readonly faults: Fault[] = []
  readonly people = new Map<string, string>()
  healthy = true
  private readonly remembered = new Map<string, Outcome>()
  private made = 0

  constructor(name: string, options: VendorOptions = {}) {
    this.name = name
    this.options = options
  }

  resource(name: string): ResourceAbility {
    return {
      name,
      verbs: name === 'user' ? [] : (this.options.verbs ?? ['create', 'update', 'delete']),
      lookup:
        name === 'user'
          ? { afterMs: 0, adopt: true }
          : this.options.lookup && { ...this.options.lookup, adopt: false },
      tokenWindow: this.options.tokens ? 3_600_000 : undefined,
      onUnknown: this.options.onUnknown ?? 'park',
      poll: undefined,
      read: undefined,
      refetch: false,
      usesCallbackUrl: false,
      uses: { record: true, sent: true },
    }
  }

  next(progress: EffectProgress): Next {
    const done = progress.steps['main'] as { id?: string; body?: Json } | undefined
    if (done)
      return { next: 'done', id: done.id ?? undefined, keep: undefined, answer: done.body ?? undefined }
    const call: PreparedCall = {
      step: 'main',
      operation: progress.verb,
      transport: 'fake',
      repeatable: progress.verb !== 'create',
      tokenWindow: this.options.tokens ? 3_600_000 : undefined,
      method: 'POST',
      server: 'fake',
      path: '/',
      headers: {},
      body: JSON.stringify(progress.body),
      mediaType: 'application/json',
    }
    return { next: 'call', call }
  }

  async send(call: PreparedCall, progress: EffectProgress): Promise<Outcome> {
    const body = JSON.parse(call.body ?? '{}') as JsonObject
    this.calls.push({ verb: progress.verb, resource: progress.resource, body, token: progress.token })
    const fault = this.faults.shift()
    if (fault === 'unreachable') return this.outcome('unreachable')
    if (fault === 'cut-before') return this.outcome('unknown')
    if (fault === 'throttled') return { ...this.outcome('throttled'), wait: 5000 }
    if (fault === 'refused') return this.outcome('refused')
    if (fault === 'unauthorized') return this.outcome('misconfigured')
    const known = this.options.tokens ? this.remembered.get(progress.token) : undefined
    const outcome = known ?? this.work(progress, body)
    if (this.options.tokens) this.remembered.set(progress.token, outcome)
    return fault === 'cut-after' ? this.outcome('unknown') : outcome
  }

  private work(progress: EffectProgress, body: JsonObject): Outcome {
    if (progress.verb === 'create') {
      const id = `${this.name}-${++this.made}`
      this.things.set(id, { resource: progress.resource, body, token: progress.token })
      return { ...this.outcome('accepted'), id, answer: this.options.answer?.(id) ?? { id } }
    }
    const thing = this.things.get(progress.id ?? '')
    if (!thing) return this.outcome('absent')
    if (progress.verb === 'delete') this.things.delete(progress.id ?? '')
    else thing.body = body
    return { ...this.outcome('accepted'), answer: { id: progress.id ?? null } }
  }

  private outcome(is: Outcome['is']): Outcome {
    return {
      is,
      code: undefined,
      detail: is,
      status: undefined,
      answer: undefined,
      wait: undefined,
      id: undefined,
      keep: undefined,
      tookMs: 1,
    }
  }

  async lookup(resource: string, progress: EffectProgress): Promise<LookupResult> {
    if (resource === 'user') {
      const id = this.people.get(String(progress.body['mobile']))
      return id ? { found: 'one', id, keep: undefined, item: {}, ours: false } : { found: 'none' }
    }
    for (const [id, thing] of this.things) {
      if (thing.token === progress.token) return { found: 'one', id, keep: undefined, item: {}, ours: true }
    }
    return { found: 'none' }
  }

  bodies(resource?: string): JsonObject[] {
    return [...this.things.values()]
      .filter(thing => resource === undefined || thing.resource === resource)
      .map(thing => thing.body)
  }

  async check(): Promise<Outcome> {
    return this.outcome(this.healthy ? 'accepted' : 'misconfigured')
  }
  async open(): Promise<never> {
    throw new HubError('HUB_DEFECT', { detail: 'not used here' })
  }
  items(): never {
    throw new HubError('HUB_DEFECT', { detail: 'not used here' })
  }
  async poll(): Promise<never> {
    throw new HubError('HUB_DEFECT', { detail: 'not used here' })
  }
  async fetch(_resource: string, _id: string, _event: Json | undefined): Promise<Fetched> {
    throw new HubError('HUB_DEFECT', { detail: 'not used here' })
  }
  async close(): Promise<void> {}
}
