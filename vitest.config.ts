import { fileURLToPath } from 'node:url'
import { configDefaults, defineConfig } from 'vitest/config'

/** A file all of whose suites need a server; what is without one is said at the start (say-engines.ts). */
const withoutPostgres =
  process.env['TEST_DATABASE_URL'] === undefined ? ['tests/journeys/standard.test.ts'] : []

export default defineConfig({
  resolve: { alias: { '#sdk': fileURLToPath(new URL('./src/connector/sdk.ts', import.meta.url)) } },
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: [...configDefaults.exclude, ...withoutPostgres],
    globalSetup: ['tests/support/say-engines.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})
