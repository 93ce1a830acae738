/**
 * Says once per run which engines the tests meet, before the first of them: a suite for a server that no variable
 * names is not defined at all, and whoever reads the outcome must know that.
 */
export function setup(): void {
  console.log(enginesLine(process.env))
}

/** One line without passwords: `engines: PGlite, Postgres 127.0.0.1:5432, Redis 127.0.0.1:6379`. */
function enginesLine(environment: Readonly<Record<string, string | undefined>>): string {
  const servers = [
    { engine: 'Postgres', variable: 'TEST_DATABASE_URL', port: '5432' },
    { engine: 'Redis', variable: 'TEST_REDIS_URL', port: '6379' },
  ].map(({ engine, variable, port }) => {
    const url = environment[variable]
    if (url === undefined) return { missing: `no ${variable}` }
    const { hostname, port: own } = new URL(url)
    return { there: `${engine} ${hostname}:${own || port}` }
  })
  const there = ['PGlite', ...servers.flatMap(({ there }) => there ?? [])].join(', ')
  const missing = servers.flatMap(({ missing }) => missing ?? [])
  if (missing.length === 0) return `engines: ${there}`
  return `engines: ${there} (${missing.join(', ')}: ${missing.length > 1 ? 'their' : 'its'} suites are not defined)`
}
