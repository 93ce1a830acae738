// Writes docs/reference/ from the schemas of the integrator's files: every word, what it takes, what it means.
// Run by `npm run generate` after a build.
import { mkdirSync, writeFileSync } from 'node:fs'
import { jsonSchemas } from '../dist/src/pipeline/config/json-schemas.js'

const PAGES = {
  connections: [
    'connections.yaml',
    'The systems of a company. Explained in [connector.md](../connector.md#the-connection).',
  ],
  flows: ['flows/*.yaml', 'What goes where. Explained in [flows.md](../flows.md).'],
  ownership: ['ownership.yaml', 'Whose word counts. Explained in [flows.md](../flows.md).'],
  connector: ['connector.yaml', 'One vendor. Explained in [connector.md](../connector.md).'],
  mapping: [
    'mappings/**/*.yaml',
    'One message or record into another. Explained in [mapping.md](../mapping.md).',
  ],
}

const cell = text => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ')
const code = value => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
const alternatives = node => node.anyOf ?? node.oneOf ?? [node]
/** Schemas of the members whose names are anybody's own. */
const ofAnyName = node =>
  [node.additionalProperties, ...Object.values(node.patternProperties ?? {})].filter(
    one => typeof one === 'object',
  )

/** What a value may be, in a word or two. */
function takes(node) {
  const kinds = alternatives(node).flatMap(one => {
    if (one.$ref) return ['a rule']
    if (one.const !== undefined) return [code(one.const)]
    if (one.enum) return one.enum.map(code)
    if (one.type === 'array')
      return [one.items && Object.keys(one.items).length > 0 ? `list of ${takes(one.items)}` : 'list']
    if (one.properties) return ['words below']
    if (ofAnyName(one).length > 0) return [`name → ${ofAnyName(one).map(takes).join(', ')}`]
    if (one.type === undefined) return ['anything']
    return [one.type].flat().map(type => (type === 'string' ? 'text' : type))
  })
  return [...new Set(kinds)].join(', ')
}

/** Tables of an object and of what is inside of it; what was shown once under another path is only named again. */
function tables(node, path, shown, lines) {
  for (const one of alternatives(node)) {
    if (one.type === 'array' && one.items) {
      tables(one.items, path, shown, lines)
      continue
    }
    if (one.properties) {
      const shape = JSON.stringify(one.properties)
      const known = shown.get(shape)
      if (known !== undefined) {
        lines.push(`### \`${path}\``, '', `The same words as \`${known}\`.`, '')
        continue
      }
      shown.set(shape, path)
      if (path !== '') lines.push(`### \`${path}\``, '')
      lines.push('| word | takes | |', '|---|---|---|')
      for (const [word, member] of Object.entries(one.properties)) {
        const needed = one.required?.includes(word) ? '**needed**: ' : ''
        lines.push(`| \`${word}\` | ${cell(takes(member))} | ${needed}${cell(member.description ?? '')} |`)
      }
      lines.push('')
      for (const [word, member] of Object.entries(one.properties))
        if (!member.$ref) tables(member, path === '' ? word : `${path}.${word}`, shown, lines)
    }
    for (const member of ofAnyName(one))
      if (!member.$ref) tables(member, path === '' ? 'NAME' : `${path}.NAME`, shown, lines)
  }
}

const folder = new URL('../docs/reference/', import.meta.url)
mkdirSync(folder, { recursive: true })
const schemas = jsonSchemas()
for (const [name, [file, about]] of Object.entries(PAGES)) {
  const schema = schemas[`${name}.schema.json`]
  const lines = [
    `# \`${file}\`, word by word`,
    '',
    `${about} This page is made from the schema that editors and \`hrhub check\` use (\`npm run generate\`).`,
    '',
  ]
  const shown = new Map()
  tables(schema, '', shown, lines)
  for (const [word, inner] of Object.entries(schema.$defs ?? {})) tables(inner, `(${word})`, shown, lines)
  writeFileSync(new URL(`${name}.md`, folder), `${lines.join('\n').trimEnd()}\n`)
}
