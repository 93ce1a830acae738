/** One resource of a manifest made runnable: its verbs, reads, lookup, poll, callback and shapes. */
import { parseDuration } from '../../kernel/duration.js'
import { isObject, type Json } from '../../kernel/json.js'
import type { YamlPath } from '../../kernel/yaml.js'
import { ANSWER_ROOTS, CALLBACK_ROOTS, type Evaluator, type Expressions, rooted } from '../expressions.js'
import { TRANSPORTS } from '../transport/transports.js'
import type { Verb } from '../types.js'
import type { SlotCompiler } from './compile-slot.js'
import type { LookupSlot, PollSlot, ReadSlot, Resource, ResourceCallback, Slot } from './connector.js'
import { mentions } from './mentions.js'
import type { ApiDocument } from './openapi.js'
import type { Problems } from './problems.js'
import type { Manifest, ManifestResource } from './schema.js'
import { shapesOf } from './shapes.js'

const VERBS: readonly Verb[] = ['create', 'update', 'delete', 'put']
const MINUTE = 60_000
/** Why a destructive read cannot have these. */
const UNFIT = {
  window: 'what was read is gone and is not met again in an overlap',
  hydrate: 'ids that were read are gone where a thing behind them cannot be read; poll what gives the things',
} as const

export function compileResource(
  name: string,
  raw: ManifestResource,
  manifest: Manifest,
  document: ApiDocument,
  slots: SlotCompiler,
  expressions: Expressions,
  problems: Problems,
): Resource {
  const at: YamlPath = ['resources', name]
  const word = (text: string | undefined, place: YamlPath, root: string, roots: readonly string[]) =>
    text === undefined
      ? undefined
      : problems.attempt(place, 'CONNECTOR_EXPRESSION_BROKEN', () =>
          expressions.expression(rooted(text, roots, root), roots),
        )
  const verbs: Partial<Record<Verb, Slot>> = {}
  for (const verb of VERBS) {
    const slot = raw[verb]
    if (slot === undefined) continue
    const compiled = slots.slot(slot, [...at, verb], {
      verb,
      idempotency: raw.idempotency,
      ...(raw.repeatable?.includes(verb) && { repeatable: true }),
    })
    if (compiled) verbs[verb] = compiled
  }
  const gives = [verbs.create?.take, ...(verbs.create?.steps.map(step => step.take) ?? [])]
  if (verbs.create && !gives.some(take => take?.id))
    problems.add(
      'CONNECTOR_RESOURCE_INCOMPLETE',
      [...at, 'create'],
      'create must take an id from its answer (take: { id: … }); a thing without one is a put',
    )

  const read = raw.read === undefined ? undefined : readSlot(raw.read, [...at, 'read'], 'read')
  function readSlot(spec: NonNullable<ManifestResource['read']>, place: YamlPath, verb: 'read' | 'refetch') {
    const slot = slots.slot(spec, place, { verb })
    if (!slot) return undefined
    const words = typeof spec === 'string' ? {} : spec
    const result: ReadSlot = {
      ...slot,
      item: slots.answer(words.item, [...place, 'item']),
      envelope: words.envelope ?? false,
      everyMs: words.every === undefined ? undefined : parseDuration(words.every),
      until: slots.answer(words.until, [...place, 'until']),
    }
    return result
  }

  const lookup = raw.lookup === undefined ? undefined : lookupSlot(raw.lookup, [...at, 'lookup'])
  function lookupSlot(
    spec: NonNullable<ManifestResource['lookup']>,
    place: YamlPath,
  ): LookupSlot | undefined {
    const slot = slots.slot(spec, place, { verb: 'lookup' })
    const words = typeof spec === 'string' ? {} : spec
    const take = slots.take(
      { ...words.take, ...(words.id && { id: words.id }), ...(words.keep && { keep: words.keep }) },
      place,
    )
    const taken = take?.id ? take : slot?.steps.at(-1)?.take
    if (!taken?.id)
      problems.add(
        'CONNECTOR_RESOURCE_INCOMPLETE',
        place,
        'lookup needs id: where the found thing’s id stands',
      )
    if (!slot) return undefined
    return {
      ...slot,
      take: taken,
      items: slots.answer(words.items, [...place, 'items']),
      paging: slots.paging(words.next, [...place, 'next']),
      hydrate: slots.hydrate(words.hydrate, [...place, 'hydrate']),
      where: word(words.where, [...place, 'where'], 'item', ANSWER_ROOTS),
      afterMs: (words.after === undefined ? undefined : parseDuration(words.after)) ?? MINUTE,
      adopt: words.adopt ?? false,
      byReference: mentionsReference([words.where, words.with, words.steps]),
    }
  }

  const poll = raw.poll === undefined ? undefined : pollSlot(raw.poll, [...at, 'poll'])
  function pollSlot(spec: NonNullable<ManifestResource['poll']>, place: YamlPath): PollSlot | undefined {
    const slot = slots.slot(spec, place, { verb: 'poll' })
    if (!slot) return undefined
    const words = typeof spec === 'string' ? {} : spec
    const length = (text: string | undefined) => (text === undefined ? undefined : parseDuration(text))
    for (const other of ['window', 'hydrate'] as const)
      if (words.consumes && words[other] !== undefined)
        problems.add(
          'CONNECTOR_MANIFEST_INVALID',
          [...place, other],
          `${other} cannot stand beside consumes: ${UNFIT[other]}`,
        )
    return {
      ...slot,
      items: slots.answer(words.items, [...place, 'items']),
      at: timeRule(words.at, [...place, 'at'], ANSWER_ROOTS),
      paging: slots.paging(words.next, [...place, 'next']),
      hydrate: slots.hydrate(words.hydrate, [...place, 'hydrate']),
      overlapMs: length(words.window?.overlap) ?? 0,
      atMostMs: length(words.window?.at_most),
      everyMs: length(words.every) ?? 5 * MINUTE,
      consumes: words.consumes ?? false,
    }
  }

  /** A path in the item, or a rule over `item` (`{ from: item.updated, as: datetime, format: … }`). */
  function timeRule(spec: unknown, place: YamlPath, roots: readonly string[]): Evaluator | undefined {
    if (spec === undefined) return undefined
    if (typeof spec === 'string') return word(spec, place, 'item', roots)
    return problems.attempt(place, 'CONNECTOR_EXPRESSION_BROKEN', () => expressions.rule(spec as Json, roots))
  }

  const callback = raw.callback ? callbackOf(raw.callback, [...at, 'callback']) : undefined
  function callbackOf(spec: NonNullable<ManifestResource['callback']>, place: YamlPath): ResourceCallback {
    if (!manifest.callback)
      problems.add(
        'CONNECTOR_RESOURCE_INCOMPLETE',
        place,
        'the manifest has no callback block',
        'error',
        true,
      )
    if (spec.event !== undefined && manifest.callback && manifest.callback.event === undefined)
      problems.add(
        'CONNECTOR_RESOURCE_INCOMPLETE',
        [...place, 'event'],
        'callback.event must say where the event’s name stands',
      )
    const own = (text: string | undefined, key: string) => word(text, [...place, key], 'item', CALLBACK_ROOTS)
    const refetch =
      spec.refetch === undefined ? undefined : readSlot(spec.refetch, [...place, 'refetch'], 'refetch')
    if (refetch && spec.id === undefined)
      problems.add('CONNECTOR_RESOURCE_INCOMPLETE', place, 'a callback with refetch needs id')
    // What is read anew is as new as its reading, however old the news that it should be read.
    if (refetch && spec.at !== undefined)
      problems.add(
        'CONNECTOR_MANIFEST_INVALID',
        [...place, 'at'],
        'at says when an item became so; a callback with refetch is only a hint, and what is read is of the time of its reading: take at away, or give the time in the mapping (occurred_at)',
      )
    return {
      events: spec.event === undefined ? [] : typeof spec.event === 'string' ? [spec.event] : spec.event,
      when: own(spec.when, 'when'),
      id: own(spec.id, 'id'),
      at: timeRule(spec.at, [...place, 'at'], CALLBACK_ROOTS),
      item: own(spec.item, 'item'),
      refetch,
    }
  }

  const transport = TRANSPORTS[manifest.transport ?? 'http']
  const shapes = shapesOf(raw, verbs, { read, lookup, poll, callback }, document)
  for (const shape of namedShapes(raw))
    if (!Object.hasOwn(document.schemas, shape))
      problems.add('CONNECTOR_RESOURCE_INCOMPLETE', [...at, 'shape'], `the document has no schema ${shape}`)
  if (shapes.default === undefined && Object.keys(raw).length > 0 && !problems.failed)
    problems.add(
      'CONNECTOR_RESOURCE_INCOMPLETE',
      at,
      'no shape can be found: name one under shape',
      'error',
      true,
    )
  return {
    name,
    slots: verbs,
    read,
    lookup,
    poll,
    callback,
    onUnknown: raw.on_unknown ?? transport?.onUnknown ?? 'park',
    attachments: raw.attachments ?? [],
    usesCallbackUrl: mentions(
      VERBS.map(verb => raw[verb]),
      'callback_url',
    ),
    shapes,
  }
}

function namedShapes(raw: ManifestResource): readonly string[] {
  if (raw.shape === undefined) return []
  return typeof raw.shape === 'string' ? [raw.shape] : Object.values(raw.shape)
}

/** Does a lookup ask by our own reference? Then what it finds carries it. */
function mentionsReference(words: unknown): boolean {
  if (typeof words === 'string') return /\btoken\b|\brecord\.id\b|\bcallback_url\b/.test(words)
  if (Array.isArray(words)) return words.some(mentionsReference)
  return isObject(words) && Object.values(words).some(mentionsReference)
}
