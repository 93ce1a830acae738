/** The storeys of the architecture (README, "Where do I go to change X?"): imports only go down, siblings never meet, no loops. */
const storeys = [
  { name: 'ground', rooms: ['kernel', 'model'] },
  { name: 'stores', rooms: ['ledger', 'channel'] },
  { name: 'engines', rooms: ['mapping', 'connector'] },
  { name: 'pipeline', rooms: ['pipeline'] },
  { name: 'doors', rooms: ['http', 'console', 'cli', 'sandbox'] },
]
const inRooms = rooms => `^src/(${rooms.join('|')})/`
const forbidden = [
  { name: 'no-loops', severity: 'error', from: {}, to: { circular: true } },
  { name: 'root-is-imported-by-doors-alone', severity: 'error', from: { path: '^src/(kernel|model|ledger|channel|mapping|connector|pipeline)/' }, to: { path: '^src/[^/]+\\.ts$' } },
  { name: 'data-is-never-imported', severity: 'error', from: { path: '^src/' }, to: { path: '^(connectors|mappings|openapi|config)/', pathNot: '^openapi/types/' } },
  { name: 'hooks-import-the-sdk-alone', severity: 'error', from: { path: '^connectors/' }, to: { path: '^src/', pathNot: '^src/connector/sdk\\.ts$' } },
  { name: 'client-knows-nothing-of-the-hub', severity: 'error', from: { path: '^src/client/' }, to: { path: '^(src|connectors)/', pathNot: '^src/client/' } },
  { name: 'no-tests-in-src', severity: 'error', from: { path: '^src/' }, to: { path: '^tests/' } },
  { name: 'no-dev-dependencies-in-src', severity: 'error', from: { path: '^src/' }, to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] } },
  { name: 'engines-know-no-store', severity: 'error', from: { path: inRooms(['mapping', 'connector']) }, to: { path: inRooms(['ledger', 'channel']) } },
]
storeys.forEach((storey, level) => {
  const above = storeys.slice(level + 1).flatMap(s => s.rooms)
  if (above.length) forbidden.push({ name: `${storey.name}-never-looks-up`, severity: 'error', from: { path: inRooms(storey.rooms) }, to: { path: inRooms(above) } })
  for (const room of storey.rooms) {
    const siblings = storey.rooms.filter(other => other !== room && !(room === 'model' && other === 'kernel'))
    if (siblings.length) forbidden.push({ name: `${room}-never-imports-its-siblings`, severity: 'error', from: { path: inRooms([room]) }, to: { path: inRooms(siblings) } })
  }
})
module.exports = {
  forbidden,
  options: { tsPreCompilationDeps: true, tsConfig: { fileName: 'tsconfig.json' }, doNotFollow: { path: 'node_modules' }, exclude: { path: '^(dist|bench)/' } },
}
