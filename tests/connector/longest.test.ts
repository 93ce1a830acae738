import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { longestMs } from '../../src/connector/longest.js'
import { loadConnector } from '../../src/connector/manifest/load.js'
import { openConnection } from '../../src/connector/open-connection.js'
import { load, MANIFEST } from './support/connectors.js'
import { expressions } from './support/expressions.js'

describe('the longest call of a connection', () => {
  it('has a wait for its place, a token, and the check that a 401 is followed by', async () => {
    const connector = await load()
    // Call and check: 1 s + 2 s + 2 s each; the token call and a repeat: 2 s each.
    expect(longestMs(connector)).toBe(2 * 5000 + 4000)
    const connection = openConnection(connector, {
      tenant: 'acme',
      name: 'ai',
      settings: { base_url: 'http://127.0.0.1:1', app_id: 'a', secret: 's' },
    })
    expect(connection.longestMs).toBe(14_000)
    await connection.close()
  })

  it('grows with the time that a call may take', async () => {
    const slow = await load(MANIFEST.replace('timeout: 2s', 'timeout: 60s'))
    expect(longestMs(slow)).toBe(2 * 121_000 + 120_000)
  })

  it.each([
    ['acme-ehr', 120],
    ['aliyun-sms', 120],
    ['nova-ai', 120],
    ['open-lms', 120],
    ['feishu', 125],
    ['dingtalk', 125],
    ['mail', 245],
  ])('of %s is within %i s', async (name, seconds) => {
    const { connector } = await loadConnector(join('connectors', name), expressions)
    expect(connector && longestMs(connector)).toBeLessThanOrEqual(seconds * 1000)
  })
})
