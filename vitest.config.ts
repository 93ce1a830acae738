import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  resolve: { alias: { '#sdk': fileURLToPath(new URL('./src/connector/sdk.ts', import.meta.url)) } },
  test: {
    include: ['tests/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 180_000,
    pool: 'forks',
    // A worker keeps its modules from file to file: loading them anew was a fifth of the whole run.
    isolate: false,
    maxWorkers: 2,
  },
})
