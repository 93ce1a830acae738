/**
 * Walks a path over a schema: finds its type, follows references between records, notes what is read, and says
 * what is wrong. The same walk serves PATH and CEL, so both know the same fields.
 */
import type { JsonSchema } from '../kernel/json-schema.js'
import type { Step } from './path.js'
import { annotation, entryOf, isRef, type Known, memberNames, memberOf } from './schema.js'
import { didYouMean } from './suggest.js'
import type { ReadPath } from './types.js'

/** Where in the record graph a value comes from. */
export interface Origin {
  readonly via: readonly string[]
  /** Names from the record inwards, list positions left out. */
  readonly names: readonly string[]
  /** How many of `names` stand above the first list. */
  readonly aboveList: number | undefined
}

/** What is known of a value that a path starts at. */
export interface Start {
  readonly schema: Known
  /** The value is the data of a whole record of this kind. */
  readonly record?: string | undefined
  /** Kind of the record the value is part of. */
  readonly kind?: string | undefined
  readonly origin?: Origin | undefined
}

export interface Resolved extends Start {
  /** Steps in the start, then in each record that a reference leads to. */
  readonly hops: readonly (readonly Step[])[]
  readonly reads: readonly ReadPath[]
  readonly problem: string | undefined
}

/** Members every record has beside its data. */
const RECORD_MEMBERS: Readonly<Record<string, JsonSchema>> = {
  id: { type: 'string' },
  kind: { type: 'string' },
  gone: { type: 'boolean' },
}

/** `id`, `kind` and `gone` of a record, unless its kind has a field of that name. */
export function recordMember(schema: Known, name: string): 'id' | 'kind' | 'gone' | undefined {
  if (!Object.hasOwn(RECORD_MEMBERS, name) || memberNames(schema).includes(name)) return undefined
  return name as 'id' | 'kind' | 'gone'
}

/** @param schemaOf the schema of a kind that a reference names */
export function resolveSteps(
  start: Start,
  steps: readonly Step[],
  schemaOf: (kind: string) => Known,
): Resolved {
  const walk = new Walk(start, schemaOf)
  for (const step of steps) walk.take(step)
  return walk.end()
}

class Walk {
  private schema: Known
  private record: string | undefined
  private kind: string | undefined
  private origin: Origin | undefined
  private problem: string | undefined
  /** A `[*]` was passed: the result is a list. */
  private many = false
  private readonly hops: Step[][] = [[]]
  private readonly reads: ReadPath[] = []
  private readonly schemaOf: (kind: string) => Known

  constructor(start: Start, schemaOf: (kind: string) => Known) {
    this.schema = start.schema
    this.record = start.record
    this.kind = start.record ?? start.kind
    this.origin = start.origin
    this.schemaOf = schemaOf
  }

  take(step: Step): void {
    if (this.origin && isRef(this.schema)) this.follow()
    this.hops.at(-1)?.push(step)
    if (step.step === 'name') this.takeName(step.name)
    else if (step.step === 'index') this.enterList(step.index)
    else {
      if (step.step === 'all') this.many = true
      this.enterList(undefined)
    }
  }

  private takeName(name: string): void {
    const ofRecord = this.record === undefined ? undefined : recordMember(this.schema, name)
    this.record = undefined
    if (ofRecord) {
      this.schema = RECORD_MEMBERS[ofRecord]
      this.extend(name)
      return
    }
    const member = memberOf(this.schema, name)
    if (member === 'none') {
      this.problem ??= `there is no \`${name}\`${didYouMean(name, memberNames(this.schema))}`
      this.schema = undefined
      return
    }
    this.schema = member.schema
    this.extend(name)
  }

  private enterList(index: number | undefined): void {
    const entry = entryOf(this.schema, index)
    this.record = undefined
    if (entry === 'none') this.problem ??= 'this is not a list'
    this.schema = entry === 'none' ? undefined : entry.schema
    if (this.origin) this.origin = insideList(this.origin)
  }

  private extend(name: string): void {
    if (this.origin) this.origin = { ...this.origin, names: [...this.origin.names, name] }
  }

  private follow(): void {
    if (!this.origin) return
    const kind = annotation(this.schema, 'x-ref') ?? ''
    this.reads.push(readPath(this.origin))
    this.origin = {
      via: [...this.origin.via, this.origin.names.join('.')],
      names: [],
      aboveList: undefined,
    }
    this.schema = this.schemaOf(kind)
    this.record = kind
    this.kind = kind
    this.hops.push([])
  }

  end(): Resolved {
    if (this.origin) this.reads.push(readPath(this.origin))
    return {
      schema: this.many ? listOf(this.schema) : this.schema,
      record: this.many ? undefined : this.record,
      kind: this.kind,
      origin: this.origin,
      hops: this.hops,
      reads: this.reads,
      problem: this.problem,
    }
  }
}

const listOf = (schema: Known): JsonSchema => ({ type: 'array', ...(schema ? { items: schema } : {}) })

/** What is read inside a list counts as reading the list. */
function readPath({ via, names, aboveList }: Origin): ReadPath {
  return { via, path: names.slice(0, aboveList ?? names.length).join('.') }
}

const insideList = (origin: Origin): Origin => ({
  ...origin,
  aboveList: origin.aboveList ?? origin.names.length,
})

/** The start that an entry of a list, or of an object's members, is. */
export function entryStart(of: Start): Start {
  const entry = entryOf(of.schema)
  return {
    schema: entry === 'none' ? undefined : entry.schema,
    kind: of.kind,
    origin: of.origin && insideList(of.origin),
  }
}
