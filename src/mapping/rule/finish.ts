/**
 * The last layer of a rule: references, the check that the value fits its field, a guard where only the run can
 * tell, the place for refusals, and the probe of tests and explanations.
 */
import type { Json } from '../../kernel/json.js'
import { generateGuarded, type Pipeline } from '../generate.js'
import { Refusal, type RuleSite } from '../refusal.js'
import { annotation } from '../schema.js'
import type { ProbedRule, Rule, RuleContext, RuleObject, Spot } from './context.js'
import { checkFit, guardOf, warnUncovered } from './fit.js'
import { type Frame, located, type RuleFn } from './frame.js'
import { referenceWords, refKind, toReference } from './reference.js'

export function settle(rule: Rule, written: Json, node: RuleObject, spot: Spot, cx: RuleContext): Rule {
  const site = siteOf(rule, spot, cx)
  const shaped = spot.isTarget ? shape(rule, node, spot, cx) : rule
  const isBarePath = shaped.inline !== undefined && cx.probe === undefined
  const run = isBarePath || shaped.placed ? shaped.run : placed(shaped.pipeline ?? shaped.run, site)
  if (!cx.probe) return { ...shaped, run }
  const probed: ProbedRule = { site, text: inOneLine(written) }
  cx.probe.declare(probed)
  return { ...shaped, run: watched(run, probed, rule.source ?? rule.run, cx), inline: undefined }
}

/** References, fitness and guards: only for what ends up in a target field. */
function shape(rule: Rule, node: RuleObject, spot: Spot, cx: RuleContext): Rule {
  const incoming = cx.direction === 'in' || cx.direction === 'hub'
  const ref = incoming ? refKind(spot.schema) : undefined
  // Between records a reference holds a record's id already, unless the rule names a system whose id it is.
  if (ref && (cx.direction === 'in' || node['of'] !== undefined)) return references(rule, ref, node, spot, cx)
  checkFit(rule, spot, cx)
  // `unmapped: refuse`, said aloud: the table is whole, and what this source never says is not forgotten.
  if (node['lookup'] !== undefined && node['unmapped'] !== 'refuse') warnUncovered(rule, spot, cx)
  if (!incoming || rule.constant || rule.sure) return rule
  const guard = guardOf(spot.schema)
  if (!guard) return rule
  const { run, inline } = rule
  const reject = (value: unknown): never => {
    throw new Refusal('MAPPING_TYPE_MISMATCH', value, guard.expected)
  }
  const { test, type } = guard
  const site = siteOf(rule, spot, cx)
  const guarded = placed(rule.pipeline ?? run, site, { test, reject })
  // A plain path stays inline where one `typeof` tells; what fails goes the slow way, which knows its place.
  if (!inline || !type || cx.probe) return { ...rule, run: guarded, inline: undefined, placed: true }
  return {
    ...rule,
    run: guarded,
    inline: constants => {
      const name = constants.add(guarded)
      return `(v = ${inline(constants)}, typeof v === '${type}' ? v : v === undefined ? v : ${name}(f))`
    },
  }
}

function references(
  rule: Rule,
  ref: { kind: string; list: boolean },
  node: RuleObject,
  spot: Spot,
  cx: RuleContext,
): Rule {
  const words = referenceWords(node, spot, cx)
  const { run } = rule
  const one = (value: unknown) => (value === null ? null : toReference(value, ref.kind, words))
  return {
    ...rule,
    inline: undefined,
    constant: undefined,
    pipeline: undefined,
    run: frame => {
      const value = run(frame)
      if (value === undefined || value === null) return value
      return ref.list && Array.isArray(value) ? value.map(one) : one(value)
    },
  }
}

function placed(
  run: Pipeline<Frame> | RuleFn,
  site: RuleSite,
  accept?: Parameters<typeof generateGuarded>[1],
): RuleFn {
  return generateGuarded<Frame>(run, accept, (error, frame) => {
    throw located(error, site, frame)
  })
}

function watched(run: RuleFn, probed: ProbedRule, source: RuleFn, { probe }: RuleContext): RuleFn {
  return frame => {
    let value: unknown
    try {
      value = run(frame)
    } catch (error) {
      probe?.refused(probed, error, frame)
      throw error
    }
    probe?.gave(probed, value, () => source(frame), frame)
    return value
  }
}

function inOneLine(node: Json): string {
  const text = typeof node === 'string' ? node : JSON.stringify(node)
  return text.length > 160 ? `${text.slice(0, 160)}…` : text
}

export function siteOf(rule: Rule, spot: Spot, cx: RuleContext): RuleSite {
  const personal = rule.personal !== undefined || annotation(spot.schema, 'x-personal') !== undefined
  return { place: cx.list.place(spot.at), target: spot.target, personal }
}
