/**
 * Slots of a manifest made runnable: `operationId | { operation, with, take } | { steps }` becomes a list of
 * steps whose operations exist, whose `with` names real parameters and whose expressions are compiled.
 */
import { parseDuration } from '../../kernel/duration.js'
import { isObject, type Json } from '../../kernel/json.js'
import type { YamlPath } from '../../kernel/yaml.js'
import { familyOf } from '../body/media-type.js'
import { rootName } from '../body/xml-words.js'
import { ANSWER_ROOTS, CALL_ROOTS, type Evaluator, type Expressions, rooted } from '../expressions.js'
import { propertiesOf } from '../operation/project.js'
import type { Verb } from '../types.js'
import type { Hydrate, Paging, Slot, Step, Take, TokenPlace } from './connector.js'
import type { ApiDocument, Operation } from './openapi.js'
import type { Problems } from './problems.js'
import type {
  ManifestHydrate,
  ManifestIdempotency,
  ManifestNext,
  ManifestStep,
  ManifestTake,
  ManifestWith,
} from './schema.js'

/** A slot as written; slots with more words than these carry them beside. */
export type RawSlot =
  | string
  | {
      readonly operation?: string
      readonly with?: ManifestWith
      readonly take?: ManifestTake
      readonly steps?: readonly ManifestStep[]
    }

export interface SlotPurpose {
  readonly verb: Verb | 'read' | 'lookup' | 'poll' | 'refetch' | 'hydrate' | 'exchange' | 'check'
  readonly idempotency?: ManifestIdempotency | undefined
  readonly repeatable?: boolean | undefined
}

export interface SlotCompiler {
  slot(raw: RawSlot, at: YamlPath, purpose: SlotPurpose): Slot | undefined
  answer(text: string | undefined, at: YamlPath): Evaluator | undefined
  take(raw: ManifestTake | undefined, at: YamlPath): Take | undefined
  paging(raw: ManifestNext | undefined, at: YamlPath): Paging | undefined
  hydrate(raw: ManifestHydrate | undefined, at: YamlPath): Hydrate | undefined
}

const WRITES: readonly string[] = ['create', 'update', 'delete', 'put']

export function slotCompiler(
  document: ApiDocument,
  expressions: Expressions,
  problems: Problems,
): SlotCompiler {
  const expression = (
    text: string | undefined,
    at: YamlPath,
    roots: readonly string[],
  ): Evaluator | undefined =>
    text === undefined
      ? undefined
      : problems.attempt(at, 'CONNECTOR_EXPRESSION_BROKEN', () => expressions.expression(text, roots))
  const rule = (raw: unknown, at: YamlPath): Evaluator | undefined =>
    problems.attempt(at, 'CONNECTOR_EXPRESSION_BROKEN', () => expressions.rule(raw as Json, CALL_ROOTS))
  const answer: SlotCompiler['answer'] = (text, at) =>
    expression(text === undefined ? undefined : rooted(text, ANSWER_ROOTS, 'body'), at, ANSWER_ROOTS)

  const take: SlotCompiler['take'] = (raw, at) => {
    if (!raw) return undefined
    const keep: Record<string, Evaluator> = Object.create(null)
    for (const [name, text] of Object.entries(raw.keep ?? {})) {
      const compiled = answer(text, [...at, 'keep', name])
      if (compiled) keep[name] = compiled
    }
    return { id: answer(raw.id, [...at, 'id']), keep: raw.keep ? keep : undefined, keepAll: undefined }
  }

  function bindings(operation: Operation, raw: ManifestWith, at: YamlPath) {
    const parameters = new Map<string, Evaluator>()
    let spread: Evaluator | undefined
    let body: Step['body']
    for (const [name, value] of Object.entries(raw)) {
      const place = [...at, name]
      if (name === '*') spread = rule(value, place)
      else if (name === 'body') body = bodyRules(value, place, operation)
      else {
        const parameter = operation.parameters.find(
          candidate =>
            candidate.name === name ||
            (candidate.in === 'header' && candidate.name.toLowerCase() === name.toLowerCase()),
        )
        const compiled = rule(value, place)
        if (!parameter)
          problems.add(
            'CONNECTOR_PARAMETER_UNKNOWN',
            place,
            `${operation.id} has no parameter ${name} (it has ${operation.parameters.map(p => p.name).join(', ') || 'none'})`,
            'error',
            true,
          )
        else if (compiled) parameters.set(parameter.name, compiled)
      }
    }
    return { parameters, spread, body }
  }

  function bodyRules(raw: unknown, at: YamlPath, operation: Operation): Step['body'] {
    if (!operation.body)
      problems.add('CONNECTOR_PARAMETER_UNKNOWN', at, `${operation.id} has no body`, 'error', true)
    if (!isObject(raw)) return rule(raw, at)
    const known = operation.body?.schema && propertiesOf(operation.body.schema)
    return Object.entries(raw).flatMap(([key, value]) => {
      const path = key.split('.')
      if (known && known.size > 0 && !known.has(path[0] ?? ''))
        problems.add(
          'CONNECTOR_PARAMETER_UNKNOWN',
          [...at, key],
          `the body of ${operation.id} has no member ${path[0]}`,
          'error',
          true,
        )
      const compiled = rule(value, [...at, key])
      return compiled ? [{ path, rule: compiled }] : []
    })
  }

  function tokenPlace(operation: Operation, raw: ManifestIdempotency | undefined): Step['token'] {
    if (raw === undefined) return undefined
    if (raw === 'none') return 'never'
    const windowMs = parseDuration(raw.window) ?? 0
    const format = raw.format ?? 'uuid'
    const place = (where: TokenPlace['in'], name: string): TokenPlace => ({
      in: where,
      name,
      windowMs,
      format,
    })
    const has = (where: string, name: string) =>
      operation.parameters.some(p => p.in === where && p.name.toLowerCase() === name.toLowerCase())
    if (raw.content) return place('content', '')
    if (raw.header !== undefined) return has('header', raw.header) ? place('header', raw.header) : undefined
    if (raw.query !== undefined) return has('query', raw.query) ? place('query', raw.query) : undefined
    if (raw.body !== undefined) {
      const known = operation.body?.schema && propertiesOf(operation.body.schema)
      return known?.has(raw.body.split('.')[0] ?? '') ? place('body', raw.body) : undefined
    }
    return undefined
  }

  function step(
    raw: Omit<ManifestStep, 'step'>,
    name: string | undefined,
    at: YamlPath,
    purpose: SlotPurpose,
    first: boolean,
  ): Step | undefined {
    const operation = document.operations.get(raw.operation)
    if (!operation) {
      problems.add(
        'CONNECTOR_OPERATION_UNKNOWN',
        at,
        `${document.title || 'the document'} has no operation ${raw.operation}`,
      )
      return undefined
    }
    const { body } = operation
    if (body && familyOf(body.mediaType) === 'xml' && rootName(body.schema) === undefined)
      problems.add(
        'CONNECTOR_DOCUMENT_BROKEN',
        at,
        `the body of ${operation.id} is XML without a name: give its schema xml: { name: … }`,
      )
    const bound = bindings(operation, raw.with ?? {}, [...at, 'with'])
    const idempotency = raw.idempotency ?? purpose.idempotency
    const token = WRITES.includes(purpose.verb) ? tokenPlace(operation, idempotency) : undefined
    if (first && purpose.verb === 'create' && isObject(idempotency) && !token)
      problems.add(
        'CONNECTOR_RESOURCE_INCOMPLETE',
        at,
        `idempotency names a place that ${operation.id} does not have; declare it in the document`,
      )
    unbound(operation, bound, token, at)
    return {
      name: name ?? purpose.verb,
      operation,
      ...bound,
      when: expression(raw.when, [...at, 'when'], CALL_ROOTS),
      take: take(raw.take, [...at, 'take']) ?? builtInTake(operation),
      token,
      repeatable:
        isRead(operation) ||
        (token !== 'never' &&
          (raw.repeatable ?? purpose.repeatable ?? repeatableByNature(operation, purpose))),
    }
  }

  function unbound(
    operation: Operation,
    bound: Pick<Step, 'parameters' | 'spread'>,
    token: Step['token'],
    at: YamlPath,
  ): void {
    const schemes = Object.values(document.securitySchemes)
    for (const parameter of operation.parameters) {
      if (!parameter.required || parameter.constant !== undefined || bound.parameters.has(parameter.name))
        continue
      if (parameter.in === 'query' && bound.spread) continue
      if (token && token !== 'never' && token.name.toLowerCase() === parameter.name.toLowerCase()) continue
      if (schemes.some(scheme => scheme.name?.toLowerCase() === parameter.name.toLowerCase())) continue
      problems.add(
        'CONNECTOR_PARAMETER_UNBOUND',
        at,
        `${operation.id} needs ${parameter.in} parameter ${parameter.name}: bind it under with`,
      )
    }
  }

  const slot: SlotCompiler['slot'] = (raw, at, purpose) => {
    const spec = typeof raw === 'string' ? { operation: raw } : raw
    if (spec.steps) {
      if (spec.operation !== undefined || spec.with !== undefined)
        problems.add('CONNECTOR_MANIFEST_INVALID', at, 'a slot has either steps or one operation')
      const names = new Set<string>()
      const steps = spec.steps.map((entry, index) => {
        const place = [...at, 'steps', index]
        if (names.has(entry.step))
          problems.add('CONNECTOR_MANIFEST_INVALID', place, `step ${entry.step} is named twice`)
        names.add(entry.step)
        return step(entry, entry.step, place, purpose, index === 0)
      })
      const whole = steps.filter(entry => entry !== undefined)
      return whole.length === steps.length
        ? { steps: whole, take: take(spec.take, [...at, 'take']) }
        : undefined
    }
    if (spec.operation === undefined) {
      problems.add('CONNECTOR_MANIFEST_INVALID', at, 'a slot needs an operation or steps')
      return undefined
    }
    const { operation, with: bound, take: taken } = spec
    const only = step(
      { operation, ...(bound && { with: bound }), ...(taken && { take: taken }) },
      undefined,
      typeof raw === 'string' ? at : [...at, 'operation'],
      purpose,
      true,
    )
    return only && { steps: [only], take: undefined }
  }

  const paging: SlotCompiler['paging'] = (raw, at) => {
    if (!raw) return undefined
    const kinds = (['cursor', 'scroll', 'page', 'offset', 'link'] as const).filter(
      kind => raw[kind] !== undefined,
    )
    const kind = kinds[0]
    if (kinds.length !== 1 || kind === undefined) {
      problems.add('CONNECTOR_MANIFEST_INVALID', at, 'next needs one of cursor, page, offset, link, scroll')
      return undefined
    }
    const word = raw[kind]
    return {
      kind: kind === 'scroll' ? 'cursor' : kind,
      from: typeof word === 'string' ? answer(word, [...at, kind]) : undefined,
      start: typeof word === 'number' ? word : 0,
      while: answer(raw.while, [...at, 'while']),
      diesAfterMs: raw.dies_after === undefined ? undefined : parseDuration(raw.dies_after),
    }
  }

  const hydrate: SlotCompiler['hydrate'] = (raw, at) => {
    if (!raw) return undefined
    const { operation, with: bound } = raw
    const compiled = step(
      { operation, ...(bound && { with: bound }) },
      undefined,
      [...at, 'operation'],
      { verb: 'hydrate' },
      true,
    )
    const size = raw.size ?? 1
    if (raw.envelope && size !== 1)
      problems.add(
        'CONNECTOR_MANIFEST_INVALID',
        [...at, 'envelope'],
        'envelope needs size 1: one answer, one id',
      )
    const items = answer(raw.items, [...at, 'items'])
    return compiled && { step: compiled, size, items, envelope: raw.envelope ?? false }
  }

  return { slot, answer, take, paging, hydrate }
}

const isRead = (operation: Operation): boolean => operation.method === 'GET' || operation.method === 'HEAD'

/** House rule: PUT and DELETE by id, and `put`, may be sent again after an unknown end. */
function repeatableByNature(operation: Operation, purpose: SlotPurpose): boolean {
  if (purpose.verb === 'put') return true
  const byId = operation.parameters.some(parameter => parameter.in === 'path')
  return (
    (purpose.verb === 'update' || purpose.verb === 'delete') &&
    byId &&
    (operation.method === 'PUT' || operation.method === 'DELETE')
  )
}

/** Built-in transports answer `{ id, keep }` in a form of their own. */
function builtInTake(operation: Operation): Take | undefined {
  if (operation.server !== 'built-in') return undefined
  const member = (name: string): Evaluator => ({
    evaluate: scope => {
      const body = scope['body']
      return isObject(body) ? (body[name] as Json | undefined) : undefined
    },
  })
  return { id: member('id'), keep: undefined, keepAll: member('keep') }
}
