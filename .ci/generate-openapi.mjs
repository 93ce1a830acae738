// Writes openapi/hub.json from the routes of the built hub, and the types of its clients from that document; run by
// `npm run generate` after a build.
import { mkdirSync, writeFileSync } from 'node:fs'
import openapiTypes, { astToString } from 'openapi-typescript'
import { openApiText } from '../dist/src/http/write-openapi.js'

const root = new URL('../openapi/', import.meta.url)
const text = await openApiText()
writeFileSync(new URL('hub.json', root), text)
mkdirSync(new URL('types/', root), { recursive: true })
const types = astToString(await openapiTypes(JSON.parse(text), { alphabetize: false }))
writeFileSync(
  new URL('types/hub.d.ts', root),
  `// Made from openapi/hub.json by \`npm run generate\`.\n${types}`,
)
