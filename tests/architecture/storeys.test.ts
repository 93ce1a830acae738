import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const sources = (readdirSync('src', { recursive: true }) as string[])
  .filter(file => file.endsWith('.ts'))
  .map(file => join('src', file))

describe('the house', () => {
  it('imports only go down the storeys, siblings never meet and there is no loop', () => {
    const report = execFileSync(
      process.execPath,
      [
        'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
        '--config',
        '.dependency-cruiser.cjs',
        '--output-type',
        'json',
        'src',
        'connectors',
      ],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
    )
    const { summary } = JSON.parse(report) as {
      summary: { violations: { from: string; to: string; rule: { name: string } }[]; totalCruised: number }
    }
    expect(summary.violations.map(v => `${v.rule.name}: ${v.from} -> ${v.to}`)).toEqual([])
    expect(summary.totalCruised).toBeGreaterThan(10)
  })

  it('every source file opens with what it promises', () => {
    // What the shell reads comes first where a file is a command.
    const silent = sources.filter(
      file =>
        !readFileSync(file, 'utf8')
          .replace(/^#!.*\n/, '')
          .startsWith('/**'),
    )
    expect(silent).toEqual([])
  })

  it('no source file grows past 400 lines', () => {
    const long = sources.filter(
      file => !file.includes('generated') && readFileSync(file, 'utf8').split('\n').length > 400,
    )
    expect(long).toEqual([])
  })

  it('only the configuration reads the environment', () => {
    const readers = sources.filter(
      file => /process\.env\b/.test(readFileSync(file, 'utf8')) && file !== join('src', 'config.ts'),
    )
    expect(readers).toEqual([])
  })
})
