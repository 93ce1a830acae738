/** Fixtures the mapping tests share: the hub's own kinds, a few shapes, and one-call compilers. */
import type { Json } from '../../src/kernel/json.js'
import type { JsonSchema } from '../../src/kernel/json-schema.js'
import { parseYaml } from '../../src/kernel/yaml.js'
import { compileMapping } from '../../src/mapping/compile.js'
import type {
  CompileContext,
  InMapping,
  InResult,
  OutEnv,
  OutMapping,
  OutResult,
  RecordView,
  Said,
} from '../../src/mapping/types.js'
import { KINDS } from '../../src/model/kinds.js'

type Tables = CompileContext['tables']

export function contextOf(shapes: Record<string, JsonSchema> = {}, tables: Tables = {}): CompileContext {
  return {
    tables,
    isKind: name => KINDS.has(name),
    schemaOf: name =>
      Object.hasOwn(shapes, name)
        ? shapes[name]
        : (KINDS.get(name.replace(/^hub\./, ''))?.schema as unknown as JsonSchema | undefined),
    stateOrder: (kind, word) => {
      const machine = KINDS.get(kind)?.machines['state'] ?? KINDS.get(kind)?.machines['stage']
      const isSideEnd = machine?.ends.includes(word) && (machine.order[word] ?? 0) >= 90
      return isSideEnd ? undefined : machine?.order[word]
    },
    settingsOf: () => ['base_url', 'region', 'app', 'calendar'],
  }
}

export const compileText = (text: string, context: CompileContext = contextOf()) =>
  compileMapping(parseYaml(text, 'mappings/t.yaml'), context)

export function inMapping(text: string, context?: CompileContext): InMapping {
  const { mapping, problems } = compileText(text, context)
  if (mapping?.direction !== 'in') throw new Error(JSON.stringify(problems, null, 2))
  return mapping
}

export function outMapping(text: string, context?: CompileContext): OutMapping {
  const { mapping, problems } = compileText(text, context)
  if (mapping?.direction !== 'out') throw new Error(JSON.stringify(problems, null, 2))
  return mapping
}

export const said = (result: InResult): Said => {
  if (result.verdict !== 'said') throw new Error('ignored')
  return result
}

/** Runs `fields` of an .in mapping without a source schema; the target is a kind with open custom fields. */
export function readFields(
  fields: string,
  source: Json,
  options: { tables?: Tables; shape?: JsonSchema } = {},
) {
  const context = contextOf(options.shape ? { 'v.thing': options.shape } : {}, options.tables ?? {})
  return said(inMapping(inText(fields), context).read(source, { settings: { app: 'A1' } })).fields
}

const indent = (text: string) => text.replace(/^/gm, '  ')
export const inText = (fields: string, head = '') =>
  `mapping: v/thing.in\nfrom: v.thing\nto: score_report\nidentity: id\n${head}fields:\n${indent(fields)}\n`
export const outText = (fields: string, from = 'interview') =>
  `mapping: v/thing.out\nfrom: ${from}\nto: v.thing\nfields:\n${indent(fields)}\n`

export const problemsOf = (text: string, context?: CompileContext) =>
  compileText(text, context).problems.map(({ code, line, column, severity, message }) => ({
    code,
    line,
    column,
    severity,
    message,
  }))

type Records = Readonly<Record<string, { kind: string; data: Record<string, Json> }>>

/** Views over a handful of records that refer to each other. */
export function viewOf(id: string, records: Records): RecordView {
  const found = records[id]
  if (!found) throw new Error(`no record ${id}`)
  return {
    id,
    kind: found.kind,
    data: found.data,
    gone: false,
    follow: other => (Object.hasOwn(records, other) ? viewOf(other, records) : undefined),
  }
}

export const outEnv = (links: Record<string, string> = {}, item?: Json): OutEnv => ({
  settings: { app: 'A1', region: 'cn' },
  external: (record, resource) => links[resource === undefined ? record : `${record}/${resource}`],
  ...(item === undefined ? {} : { item }),
})

export const bodyOf = (result: OutResult) => {
  if (result.verdict !== 'mapped') throw new Error(JSON.stringify(result))
  return result.body
}
