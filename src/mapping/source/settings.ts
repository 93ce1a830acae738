/** `settings: NAME`: a setting of the connection that is not secret. */
import { generateGet } from '../generate.js'
import { NO_RULE } from '../rule/context.js'
import { listed } from '../schema.js'
import { didYouMean } from '../suggest.js'
import type { Source } from './source.js'

export const settings: Source = {
  words: [],
  compile(node, spot, _scope, cx) {
    const name = node['settings']
    const at = [...spot.at, 'settings']
    if (typeof name !== 'string' || name === '') {
      cx.list.add('MAPPING_RULE_INVALID', at, '`settings` takes the name of a setting')
      return NO_RULE
    }
    const known = cx.connector === undefined ? undefined : cx.compile.settingsOf?.(cx.connector)
    if (known && !known.includes(name))
      cx.list.add(
        'MAPPING_SETTING_UNKNOWN',
        at,
        `no setting \`${name}\`, only ${listed(known)}${didYouMean(name, known)}`,
      )
    const get = generateGet([{ step: 'name', name }])
    const manifest = cx.direction === 'scope'
    return {
      run: frame => get(manifest ? frame.run.scope?.['settings'] : frame.run.settings),
      type: undefined,
    }
  },
}
