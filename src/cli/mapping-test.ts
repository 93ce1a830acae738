/** `hrhub mapping test [NAME]`: runs the tests that stand in mapping files, and tells how much of them they exercise. */
import { HubError } from '../kernel/errors.js'
import { didYouMean } from '../mapping/suggest.js'
import { runMappingTests } from '../mapping/test-file.js'
import { inOrder } from '../pipeline/config/problem-order.js'
import { mappingUse } from './folder.js'
import type { Invocation } from './invocation.js'
import { mappingCatalogs } from './mapping-input.js'
import { problemReport, seenFrom } from './problems.js'
import { columns, type Exit } from './terminal.js'

export async function mappingTest(cx: Invocation, name: string | undefined): Promise<Exit> {
  const { terminal } = cx
  const catalogs = await mappingCatalogs(cx)
  const found = catalogs.flatMap(catalog =>
    catalog.mappingNames.flatMap(one => {
      const source = name === undefined || one === name ? catalog.source(one) : undefined
      return source ? [{ name: one, source, catalog }] : []
    }),
  )
  // The same shipped file in the eyes of two tenants is one file.
  const distinct = [...new Map(found.map(one => [one.source.yaml.file, one])).values()]
  if (name !== undefined && distinct.length === 0) {
    const known = catalogs.flatMap(catalog => catalog.mappingNames)
    throw new HubError('CONFIG_MAPPING_UNKNOWN', {
      detail: `there is no mapping ${name}${didYouMean(name, known)}`,
    })
  }
  const results = distinct.map(({ name: mapping, source, catalog }) => ({
    mapping,
    file: seenFrom(process.cwd(), source.yaml.file),
    ...runMappingTests(source.yaml, catalog.context(mappingUse(catalog, mapping))),
  }))
  const report = problemReport(inOrder(results.flatMap(result => result.problems)))
  const rows = results.map(({ mapping, tests, coverage }) => [
    mapping,
    `${tests.filter(test => test.passed).length} of ${tests.length} passed`,
    `${coverage.exercised} of ${coverage.rules} rules exercised`,
  ])
  terminal.show(
    {
      mappings: results.map(({ mapping, file, tests, coverage }) => ({ mapping, file, tests, coverage })),
      ...report.value,
    },
    [...report.lines, ...(rows.length > 0 ? columns(rows) : ['there are no mappings'])],
  )
  return report.errors > 0 ? 1 : 0
}
