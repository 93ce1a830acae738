/**
 * Personal data that goes to a system: its connection must say aloud that it may (`personal_data: true`), so that
 * nobody sends a candidate's phone somewhere by adding a field to a mapping.
 */
import type { JsonSchema } from '../../../kernel/json-schema.js'
import type { ReadPath } from '../../../mapping/types.js'
import { fieldSchema, kindAtEnd } from '../kinds.js'
import { type Check, vendorFlows } from './check.js'

/** The first of them tell enough. */
const SHOWN = 4

export const findUnsaidPersonal: Check = all => {
  for (const { source, flow } of vendorFlows(all)) {
    const said = all.connections.get(flow.connection)?.personalData
    if (said) continue
    const paths = flow.mapping.reads.filter(read => isPersonal(flow.kind, read)).map(pathText)
    if (paths.length === 0) continue
    const more = paths.length > SHOWN ? ` and ${paths.length - SHOWN} more` : ''
    const verb = said === false ? 'is not to have it' : 'does not say `personal_data: true`'
    const message = `it sends personal data (${paths.slice(0, SHOWN).join(', ')}${more}); the connection \`${flow.connection}\` ${verb}`
    const severity = said === false ? 'error' : 'warning'
    source.list.add('CONFIG_PERSONAL_UNSAID', [...source.at, 'to'], message, { severity })
  }
}

const pathText = ({ via, path }: ReadPath) => [...via, path].filter(part => part !== '').join('.')

function isPersonal(kind: string, { via, path }: ReadPath): boolean {
  const at = kindAtEnd(kind, via)
  const schema = at === undefined || path === '' ? undefined : fieldSchema(at, path)
  return schema !== undefined && holdsPersonal(schema)
}

function holdsPersonal(schema: JsonSchema): boolean {
  const more = schema.additionalProperties
  return (
    schema['x-personal'] !== undefined ||
    Object.values(schema.properties ?? {}).some(holdsPersonal) ||
    (schema.items !== undefined && holdsPersonal(schema.items)) ||
    (typeof more === 'object' && holdsPersonal(more))
  )
}
