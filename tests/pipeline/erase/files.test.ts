import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { openBlobs } from '../../../src/ledger/blobs.js'
import { askErasure, erasureState } from '../../../src/pipeline/erase/ask.js'
import { finishErasures } from '../../../src/pipeline/erase/finish.js'
import { forEachEngine, type TestEngine } from '../../support/engines.js'
import { configOf, inMapping, type Rig, rig } from '../rig.js'
import { TENANT } from '../support.js'
import { FakeVendor } from '../vendor.js'

class EhrWithResumes extends FakeVendor {
  attachments(_resource: string, item: unknown) {
    const url = (item as { resume?: string }).resume
    return url === undefined ? [] : [{ path: 'resume', url }]
  }
  async fetchAttachment(url: string) {
    return { fetched: true as const, bytes: Buffer.from(`résumé at ${url}`), mediaType: 'application/pdf' }
  }
}

const candidate = inMapping('candidate', (source: { id: string; resume: string }) => ({
  identity: source.id,
  fields: { name: '欧阳娜娜', resume: { url: source.resume } },
}))

const open = async (engine: TestEngine) => {
  const inbound = {
    id: 'candidate-from-ehr',
    connection: 'ehr',
    resource: 'candidate',
    kind: 'candidate',
    mapping: candidate,
  }
  const hub = rig(await engine.open(), configOf([new EhrWithResumes('ehr')], [], [inbound]))
  const stored: string[] = []
  const blobs = openBlobs(mkdtempSync(join(tmpdir(), 'hrhub-erase-')))
  hub.parts.blobs.put = async bytes => {
    const hash = await blobs.put(bytes)
    stored.push(hash)
    return hash
  }
  hub.parts.blobs.get = blobs.get
  hub.parts.blobs.remove = blobs.remove
  return { hub, stored }
}

const tell = (hub: Rig, id: string, n: number) =>
  hub.pipeline.receiver.take(TENANT, {
    tenant: TENANT,
    id: `message_${n}`,
    connection: 'ehr',
    source: 'hook',
    resource: 'candidate',
    received_at: hub.clock.now(),
    sent_at: null,
    head: {},
    body: JSON.stringify({ id, resume: `https://ehr.example/${n}` }),
    state: 'new',
    verdicts: [],
    tries: 0,
  })
const ask = async (hub: Rig) => {
  const id = (await hub.record('candidate'))?.id ?? ''
  await askErasure({ parts: hub.parts, bell: hub.pipeline.bell }, TENANT, id, 'key_dpo')
  return id
}
const left = async (hub: Rig, stored: readonly string[]) => {
  const found = await Promise.all([...new Set(stored)].map(hash => hub.parts.blobs.get(hash)))
  return found.flatMap(bytes => bytes?.toString() ?? [])
}

forEachEngine('files of an erased person', engine => {
  it('that a system sends after the erasure are removed again, whoever else has one keeps theirs', async () => {
    const { hub, stored } = await open(engine)
    await tell(hub, 'X', 1)
    await hub.rest()
    expect(await left(hub, stored)).toHaveLength(1)
    await ask(hub)
    await hub.rest()
    expect(await left(hub, stored)).toEqual([])
    await tell(hub, 'X', 2)
    await tell(hub, 'Y', 3)
    await hub.rest()
    expect(stored).toHaveLength(3)
    expect(await left(hub, stored)).toEqual(['résumé at https://ehr.example/3'])
  })

  it('are gone before the erasure is done, also after a crash between the two', async () => {
    const { hub, stored } = await open(engine)
    await tell(hub, 'X', 1)
    await hub.rest()
    const id = await ask(hub)
    const log = { ...hub.parts.log, error: () => undefined }
    const failing = { ...hub.parts.blobs, remove: () => Promise.reject(new Error('the disk is away')) }
    await expect(finishErasures({ ...hub.parts, blobs: failing, log })).rejects.toThrow('the disk is away')
    expect((await erasureState(hub.parts, TENANT, id)).rows).toMatchObject([{ done_at: null }])
    expect((await hub.record('candidate'))?.data).toEqual({})
    expect(await finishErasures(hub.parts)).toBe(1)
    expect(await left(hub, stored)).toEqual([])
    expect((await erasureState(hub.parts, TENANT, id)).rows).toMatchObject([{ done_at: expect.any(Number) }])
  })
})
