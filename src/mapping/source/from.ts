/** `from: PATH`: a value of the source; absent leaves the field absent. */

import { NO_RULE } from '../rule/context.js'
import { compilePath } from '../rule/path.js'
import type { Source } from './source.js'

export const from: Source = {
  words: [],
  compile(node, spot, scope, cx) {
    const path = node['from']
    if (typeof path === 'string') return compilePath(path, [...spot.at, 'from'], scope, cx) ?? NO_RULE
    cx.list.add(
      'MAPPING_PATH_INVALID',
      [...spot.at, 'from'],
      'a path is text; a constant is written { value: … }',
    )
    return NO_RULE
  },
}
