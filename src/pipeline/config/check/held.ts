/** Things that could be removed, but that no word of the flow ever removes: held for ever once `when` is false. */
import { type Check, vendorFlows } from './check.js'

export const findHeld: Check = all => {
  for (const { source, flow, end } of vendorFlows(all)) {
    if (!end.ability.slots.delete || flow.once || flow.everyChange) continue
    if (flow.when === undefined || flow.removeWhen !== undefined) continue
    const message = `once \`when\` is no longer true, what was made in ${flow.connection}.${flow.resource} stays as it is`
    source.list.add('CONFIG_FLOW_HELD', [...source.at, 'when'], message, { severity: 'warning' })
  }
}
