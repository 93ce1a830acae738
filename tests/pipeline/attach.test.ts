import { expect, it } from 'vitest'
import { messages } from '../../src/ledger/schema.js'
import { selectRows } from '../../src/ledger/table.js'
import { fileLink, openFile } from '../../src/pipeline/file-links.js'
import { forEachEngine } from '../support/engines.js'
import { configOf, inMapping, rig } from './rig.js'
import { FakeVendor } from './vendor.js'

class VendorWithFiles extends FakeVendor {
  readonly files = new Map<string, Buffer>()
  fetched = 0
  attachments(_resource: string, item: unknown) {
    const clips = (item as { clips?: { url: string }[] }).clips ?? []
    return clips.map((clip, i) => ({ path: `clips[${i}].url`, url: clip.url }))
  }
  async fetchAttachment(url: string) {
    this.fetched += 1
    const bytes = this.files.get(url)
    return bytes
      ? { fetched: true as const, bytes, mediaType: 'video/mp4' }
      : { fetched: false as const, code: 'CONNECTOR_CALL_UNREACHABLE' as const, detail: 'gone' }
  }
}

const report = inMapping('score_report', (source: { id: string; clips: { url: string }[] }) => ({
  identity: source.id,
  fields: { overall: 8, media: source.clips.map(clip => ({ type: 'video', url: clip.url })) },
}))

forEachEngine('attach', engine => {
  const setUp = async () => {
    const ai = new VendorWithFiles('ai')
    const config = configOf(
      [ai],
      [],
      [{ id: 'report', connection: 'ai', resource: 'report', kind: 'score_report', mapping: report }],
    )
    const hub = rig(await engine.open(), config)
    const take = (clips: string[], id = 'message_1') =>
      hub.pipeline.receiver.take('default', {
        tenant: 'default',
        id,
        connection: 'ai',
        source: 'hook',
        resource: 'report',
        received_at: hub.clock.now(),
        sent_at: null,
        head: {},
        body: JSON.stringify({ id: 'r1', clips: clips.map(url => ({ url })) }),
        state: 'new',
        verdicts: [],
        tries: 0,
      })
    return { ai, hub, take }
  }

  it('fetches what a message points to and folds its hash beside the link', async () => {
    const { ai, hub, take } = await setUp()
    ai.files.set('https://ai.example/1', Buffer.from('clip one'))
    await take(['https://ai.example/1'])
    await hub.rest()
    const media = (await hub.record('score_report'))?.data['media'] as { url: string; blob: string }[]
    expect(media).toEqual([{ type: 'video', blob: expect.stringMatching(/^[0-9a-f]{64}$/) }])
    expect((await hub.parts.blobs.get(media[0]?.blob ?? ''))?.toString()).toBe('clip one')
    await hub.pipeline.refolder.refold('default', ['message_1'])
    expect(ai.fetched).toBe(1)
  })

  it('tries a file that cannot be had again, then folds without it and says so', async () => {
    const { ai, hub, take } = await setUp()
    await take(['https://ai.example/lost'])
    for (let i = 0; i < 8; i++) await hub.pass(5000)
    expect((await hub.record('score_report'))?.data).toMatchObject({
      overall: 8,
      media: [{ url: 'https://ai.example/lost' }],
    })
    expect(ai.fetched).toBeGreaterThan(3)
    expect(await selectRows(hub.ledger, messages, '')).toMatchObject([{ state: 'folded' }])
    const { rows } = await hub.ledger.query('select code from hrhub.findings')
    expect(rows).toEqual([{ code: 'attachment_lost' }])
  })

  it('another link to the same file is no news, and our link opens it for who has it', async () => {
    const { ai, hub, take } = await setUp()
    const parts = { ...hub.parts, publicUrl: 'https://hub.example' }
    for (const url of ['https://ai.example/1?sig=a', 'https://ai.example/1?sig=b'])
      ai.files.set(url, Buffer.from('clip'))
    await take(['https://ai.example/1?sig=a'])
    await hub.rest()
    const version = (await hub.record('score_report'))?.version
    await take(['https://ai.example/1?sig=b'], 'message_2')
    await hub.rest()
    const record = await hub.record('score_report')
    expect(record?.version).toBe(version)
    const blob = (record?.data['media'] as { blob: string }[] | undefined)?.[0]?.blob ?? ''
    const link = new URL(fileLink(parts, blob) ?? '')
    const [, , hash = '', signature = ''] = link.pathname.split('/')
    expect((await openFile(parts, hash, signature))?.toString()).toBe('clip')
    expect(await openFile(parts, hash, `${signature.slice(1)}0`)).toBeUndefined()
  })

  it('a blob is found by its hash alone, never by a path', async () => {
    const { hub } = await setUp()
    expect(await hub.parts.blobs.get('../../../etc/passwd')).toBeUndefined()
    expect(await hub.parts.blobs.get('0'.repeat(64))).toBeUndefined()
  })
})
