import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, it } from 'vitest'
import { forEachEngine } from '../support/engines.js'
import { openDoor } from './door.js'

forEachEngine('closing the door', engine => {
  it('waits for no line that was opened ahead and never said a word', async () => {
    const { app } = await openDoor(await engine.open())
    const { port } = new URL(await app.listen({ port: 0, host: '127.0.0.1' }))
    const line = connect(Number(port), '127.0.0.1')
    await once(line, 'connect')
    const closed = once(line, 'close')
    // Known to the server too: it has answered somebody who came later.
    await fetch(`http://127.0.0.1:${port}/healthz`).then(answer => answer.text())
    const began = performance.now()
    await app.close()
    await closed
    expect(performance.now() - began).toBeLessThan(20_000)
  })
})
