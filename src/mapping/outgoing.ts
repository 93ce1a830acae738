/** `.out` mappings: a record, with what it refers to, becomes the body a vendor takes. */
import { isObject, type JsonObject } from '../kernel/json.js'
import { edge } from './edge.js'
import { distinctReads, type Parts } from './parts.js'
import type { RuleObject, Spot } from './rule/context.js'
import { compileFields } from './rule/fields.js'
import { type Run, startFrame } from './rule/frame.js'
import type { OutEnv, OutMapping, OutResult, RecordView } from './types.js'

export function compileOutgoing({ head, file, list, cx, target }: Parts): (version: string) => OutMapping {
  const fields = head.node['fields']
  if (!isObject(fields)) list.add('MAPPING_FILE_INVALID', ['fields'], '`fields` names rules: { field: rule }')
  const spot: Spot = { at: ['fields'], target: '', schema: target, isTarget: true }
  const { run } = compileFields(
    (isObject(fields) ? fields : {}) as RuleObject,
    spot,
    { entry: cx.root, up: undefined },
    cx,
  )
  return version => ({
    direction: 'out',
    name: head.name,
    file: file.file,
    version,
    from: head.from,
    to: head.to,
    each: cx.roots['item']?.entryOf?.path,
    reads: distinctReads(cx.reads),
    externals: cx.externals,
    write: (record: RecordView, env: OutEnv): OutResult =>
      edge(() => {
        const frame = outgoingRun(record, env)
        const body = run(startFrame(frame)) as JsonObject
        if (frame.waits.length > 0) return { verdict: 'waits', for: distinctWaits(frame) }
        return { verdict: 'mapped', body, skipped: frame.skipped }
      }),
  })
}

function outgoingRun(record: RecordView, env: OutEnv): Run {
  return {
    source: record.data,
    view: record,
    settings: env.settings,
    item: env.item,
    external: (id, resource) => env.external(id, resource),
    scope: undefined,
    waits: [],
    skipped: [],
  }
}

const distinctWaits = ({ waits }: Run) => [
  ...new Map(waits.map(wait => [`${wait.record} ${wait.resource ?? ''}`, wait])).values(),
]
