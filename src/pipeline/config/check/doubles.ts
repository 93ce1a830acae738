/** One writer per thing: two flows that put one record into one resource overwrite each other. */
import { type Check, isPlain, vendorFlows } from './check.js'

export const findDoubles: Check = all => {
  const first = new Map<string, string>()
  for (const { source, flow } of vendorFlows(all)) {
    if (!isPlain(flow)) continue
    const key = `${flow.connection}.${flow.resource}\n${flow.kind}`
    const other = first.get(key)
    if (other === undefined) {
      first.set(key, flow.id)
      continue
    }
    const message = `\`${other}\` writes the same ${flow.kind} to ${flow.connection}.${flow.resource}`
    source.list.add('CONFIG_FLOW_DOUBLE', [...source.at, 'to'], message, { severity: 'warning' })
  }
}
