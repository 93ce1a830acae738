/** CEL inside rules: the roots a mapping has at this place, and problems placed in the file. */
import type { YamlPath } from '../../kernel/yaml.js'
import type { CelContext, CelRoot } from '../cel/node.js'
import { itemStart } from '../each-item.js'
import { type Cel, compileCel } from '../expression.js'
import { dataOf, isView } from '../read.js'
import { mayBe } from '../schema.js'
import type { RuleContext, Scope } from './context.js'
import type { Frame } from './frame.js'

/** @returns undefined where the expression has a problem, which is then noted */
export function compileRuleCel(
  text: unknown,
  at: YamlPath,
  scope: Scope,
  cx: RuleContext,
): Cel<Frame> | undefined {
  if (typeof text !== 'string' && typeof text !== 'boolean') {
    cx.list.add(
      'MAPPING_EXPRESSION_INVALID',
      at,
      'an expression is text (quote it where YAML reads it otherwise)',
    )
    return undefined
  }
  const compiled = compileCel<Frame>(String(text), celContext(scope, cx))
  if ('problems' in compiled) {
    for (const { code, message } of compiled.problems) cx.list.add(code, at, message)
    return undefined
  }
  cx.reads.push(...compiled.records)
  return compiled
}

/** A condition: true or nothing. @returns a test that is true only where the expression says true */
export function compileCondition(
  text: unknown,
  at: YamlPath,
  scope: Scope,
  cx: RuleContext,
): ((frame: Frame) => boolean) | undefined {
  const cel = compileRuleCel(text, at, scope, cx)
  if (!cel) return undefined
  if (!mayBe(cel.type.schema, 'boolean'))
    cx.list.add('MAPPING_EXPRESSION_INVALID', at, 'the condition is neither true nor false')
  if (cel.literal === false)
    cx.list.add('MAPPING_RULE_UNREACHABLE', at, 'the condition is never true, so the rule never runs')
  return cel.test
}

function celContext(scope: Scope, cx: RuleContext): CelContext<Frame> {
  const roots: Record<string, CelRoot<Frame>> = Object.create(null) as Record<string, CelRoot<Frame>>
  const source: CelRoot<Frame> = {
    start: cx.root,
    value: frame => frame.run.source,
    emit: 'f.run.source',
    ...(cx.root.record === undefined ? {} : { view: frame => frame.run.view }),
  }
  if (cx.direction === 'in' || cx.direction === 'hub') roots['source'] = source
  if (cx.direction === 'out' || cx.direction === 'hub') roots['record'] = source
  for (const name of cx.direction === 'scope' ? Object.keys(cx.roots) : [])
    roots[name] = manifestRoot(name, cx)
  const inEach = scope.up
  if (inEach) {
    roots['item'] = { start: scope.entry, value: frame => frame.entry, emit: 'f.entry' }
    const isSource = inEach.up === undefined && cx.root.record !== undefined
    roots['parent'] = {
      start: inEach.entry,
      value: frame => frame.parent?.entry,
      emit: 'f.parent.entry',
      ...(isSource ? { view: (frame: Frame) => frame.run.view } : {}),
    }
  } else if (cx.direction !== 'scope')
    roots['item'] = {
      start: itemStart(cx.roots['item']),
      value: frame => frame.run.item,
      emit: 'f.run.item',
    }
  if (cx.direction !== 'scope')
    roots['settings'] = {
      start: { schema: undefined },
      value: frame => frame.run.settings,
      emit: 'f.run.settings',
    }
  return {
    roots,
    schemaOf: kind => cx.compile.schemaOf(kind),
    stateOrder: (kind, word) => cx.compile.stateOrder(kind, word),
    follow: frame => id => frame.run.view?.follow(id),
  }
}

function manifestRoot(name: string, cx: RuleContext): CelRoot<Frame> {
  const root = cx.roots[name]
  const schema = root?.schema ?? (root?.kind === undefined ? undefined : cx.compile.schemaOf(root.kind))
  const read = (frame: Frame) => {
    const { scope } = frame.run
    return scope !== undefined && Object.hasOwn(scope, name) ? scope[name] : undefined
  }
  const value = (frame: Frame) => dataOf(read(frame))
  if (root?.kind === undefined) return { start: { schema }, value }
  const origin = { via: [], names: [], aboveList: undefined }
  return {
    start: { schema, record: root.kind, kind: root.kind, origin },
    value,
    view: frame => {
      const found = read(frame)
      return isView(found) ? found : undefined
    },
  }
}
