import { expect, it } from 'vitest'
import { buildHealthApp } from '../../src/http/health-app.js'
import { forEachEngine } from '../support/engines.js'
import { openDoor } from './door.js'

forEachEngine('the door of a worker', engine => {
  it('answers whether it lives, whether it can store, and its figures; and nothing else', async () => {
    const door = await openDoor(await engine.open())
    const app = await buildHealthApp(door.hub, { processMetrics: false })
    const get = async (url: string, key?: string) =>
      app.inject({ url, headers: key === undefined ? {} : { authorization: `Bearer ${key}` } })
    try {
      expect((await get('/healthz')).json()).toEqual({ status: 'ok' })
      expect((await get('/readyz')).json()).toMatchObject({ status: 'ready', ledger: { state: 'ok' } })
      expect((await get('/metrics')).body).toContain('hrhub_ledger_up 1')
      const admin = await door.key(['admin'])
      for (const url of ['/v1/connections', '/hooks/hk_ehr', '/docs', '/openapi.json']) {
        const answer = await get(url, admin)
        expect([answer.statusCode, answer.json().code]).toEqual([404, 'HTTP_ROUTE_UNKNOWN'])
      }
    } finally {
      await app.close()
    }
  })
})
