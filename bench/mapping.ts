/**
 * Measures compiled mappings against the same function written by hand and against JSONata, in one run. Prints one
 * JSON line per figure; `value` is time per call, compiled over hand-written (lower is better).
 * JSONata is installed apart: npm --prefix bench install
 */

import { existsSync } from 'node:fs'
import type { JsonSchema } from '../src/kernel/json-schema.js'
import { parseYaml } from '../src/kernel/yaml.js'
import { compileMapping } from '../src/mapping/compile.js'
import { compileExpression } from '../src/mapping/expression.js'
import type { CompileContext } from '../src/mapping/types.js'
import { KINDS } from '../src/model/kinds.js'
import {
  candidateByHand,
  candidateInput,
  candidateJsonata,
  candidateShape,
  candidateYaml,
} from './mapping-candidate.js'
import {
  reportByHand,
  reportInput,
  reportJsonata,
  reportShape,
  reportYaml,
  TABLES,
} from './mapping-report.js'

const SHAPES: Readonly<Record<string, JsonSchema>> = {
  'acme.report': reportShape,
  'acme.candidate': candidateShape,
}
const context: CompileContext = {
  tables: TABLES,
  isKind: name => KINDS.has(name),
  schemaOf: name => SHAPES[name] ?? (KINDS.get(name)?.schema as unknown as JsonSchema | undefined),
  stateOrder: (kind, word) => KINDS.get(kind)?.machines['state']?.order[word],
}

let sink: unknown

/** Calls per second in one round. */
function round(run: () => unknown, milliseconds: number): number {
  const began = performance.now()
  let calls = 0
  while (performance.now() - began < milliseconds) for (let i = 0; i < 200; i++, calls++) sink = run()
  return (calls / (performance.now() - began)) * 1000
}

/** The best of several rounds for each, taken in turns, because the machine is shared. */
function rates(...runs: (() => unknown)[]): number[] {
  for (const run of runs) for (let warm = 0; warm < 20_000; warm++) sink = run()
  const best = runs.map(() => 0)
  for (let turn = 0; turn < 12; turn++)
    for (const [index, run] of runs.entries()) best[index] = Math.max(best[index] ?? 0, round(run, 150))
  return best
}

async function rateAsync(run: () => Promise<unknown>, milliseconds = 1500): Promise<number> {
  for (let warm = 0; warm < 200; warm++) sink = await run()
  const began = performance.now()
  let calls = 0
  while (performance.now() - began < milliseconds) {
    sink = await run()
    calls++
  }
  return (calls / (performance.now() - began)) * 1000
}

interface JsonataModule {
  default(text: string): { evaluate(input: unknown): Promise<unknown> }
}

/** Beside the sources, also where the compiled file lies in dist/bench. */
const JSONATA = ['./node_modules/jsonata/jsonata.js', '../../bench/node_modules/jsonata/jsonata.js']

async function loadJsonata(): Promise<JsonataModule | undefined> {
  const found = JSONATA.map(place => new URL(place, import.meta.url)).find(place => existsSync(place))
  return found && ((await import(found.href)) as JsonataModule)
}

const print = (figure: string, values: Record<string, unknown>) =>
  process.stdout.write(`${JSON.stringify({ figure, ...values })}\n`)

async function compare(
  name: string,
  yaml: string,
  input: object,
  byHand: (source: never) => unknown,
  jsonataText: string,
): Promise<void> {
  const { mapping, problems } = compileMapping(parseYaml(yaml, `${name}.yaml`), context)
  if (mapping?.direction !== 'in') throw new Error(JSON.stringify(problems))
  const env = { settings: {} }
  const one = JSON.stringify(mapping.read(input as never, env))
  const other = JSON.stringify(byHand(input as never))
  if (one !== other) throw new Error(`the two differ:\n${one}\n${other}`)
  const [hand = 0, compiled = 1] = rates(
    () => byHand(input as never),
    () => mapping.read(input as never, env),
  )
  const engine = await loadJsonata()
  const expression = engine?.default(jsonataText)
  const jsonata = expression ? await rateAsync(() => expression.evaluate(input)) : undefined
  print(`mapping.${name}`, {
    value: Number((hand / compiled).toFixed(2)),
    unit: 'of the time by hand',
    of: 'one call of the compiled mapping, against the same function written by hand',
    hand_written_per_s: Math.round(hand),
    compiled_per_s: Math.round(compiled),
    jsonata_per_s: jsonata === undefined ? 'not installed' : Math.round(jsonata),
    times_jsonata: jsonata === undefined ? undefined : Math.round(compiled / jsonata),
  })
}

await compare('report', reportYaml, reportInput, reportByHand, reportJsonata)
await compare('candidate', candidateYaml, candidateInput, candidateByHand, candidateJsonata)

const when = compileExpression('record.state != "draft" && has(record.schedule) && record.composite >= 8', {
  roots: { record: {} },
})
if ('problems' in when) throw new Error(JSON.stringify(when.problems))
const scope = { record: { state: 'scheduled', schedule: { start: '2026-03-01T02:00:00Z' }, composite: 8.5 } }
print('cel.when', {
  unit: 'calls/s',
  of: 'one condition of a flow',
  value: Math.round(rates(() => when.expression.evaluate(scope))[0] ?? 0),
})
if (sink === undefined) process.exitCode = 1
