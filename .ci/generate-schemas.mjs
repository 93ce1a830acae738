// Writes openapi/schemas/ from the grammars of the built hub; run by `npm run generate` after a build.
import { mkdirSync, writeFileSync } from 'node:fs'
import { jsonSchemas } from '../dist/src/pipeline/config/json-schemas.js'

const folder = new URL('../openapi/schemas/', import.meta.url)
mkdirSync(folder, { recursive: true })
for (const [name, schema] of Object.entries(jsonSchemas()))
  writeFileSync(new URL(name, folder), `${JSON.stringify(schema, null, 2)}\n`)
