/** A mapping made for the entries of one list belongs in flows over that very list: elsewhere `item` is something else. */
import { type Check, vendorFlows } from './check.js'

export const findForeignEntries: Check = all => {
  for (const { source, flow } of vendorFlows(all)) {
    const { each } = flow.mapping
    if (each === undefined || each === flow.each?.list) continue
    const message = `\`${flow.mapping.name}\` is made for entries: the flow needs \`each: record.${each}\``
    source.list.add('CONFIG_MAPPING_UNFIT', [...source.at, 'mapping'], message)
  }
}
