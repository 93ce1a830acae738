/**
 * Sealing of secrets and of effects' bytes at rest: AES-256-GCM under HRHUB_KEY. The place of the value
 * (tenant, table, row) is bound in as associated data, so a sealed value cannot be moved to another row.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac } from 'node:crypto'
import { HubError } from './errors.js'
import { freshBytes } from './random.js'

const VERSION = 1
const NONCE = 12
const TAG = 16

export interface Sealer {
  /** Sealed bytes: version, id of the key (4), nonce (12), tag (16), ciphertext. */
  seal(plain: Buffer, place: string): Buffer
  /** @throws HubError `SECRET_SEAL_BROKEN` when no key of the list opens it or the place differs */
  open(sealed: Buffer, place: string): Buffer
  /** Keyed hash of a value, for look-ups without the value (erased links, API keys). */
  blind(value: string): string
  /** The same under every key of the list, first key first: what was hashed before a rotation is still found. */
  blinds(value: string): readonly string[]
  /** Fingerprint of the first key: tells a cloned ledger from its own. */
  readonly fingerprint: string
  /** Whether a fingerprint is of a key of the list: a rotation makes no ledger a stranger. */
  knows(fingerprint: string): boolean
  /** Key of effect tokens, derived from the first key. */
  readonly tokenKey: Buffer
}

/** @param keys base64 keys of 32 bytes; the first seals, all open */
export function createSealer(keys: readonly string[]): Sealer {
  const ring = keys.map(text => {
    const key = Buffer.from(text, 'base64')
    if (key.length !== 32)
      throw new HubError('SECRET_SEAL_BROKEN', { detail: 'HRHUB_KEY must be 32 bytes in base64' })
    return { key, id: createHash('sha256').update(key).digest().subarray(0, 4) }
  })
  const first = ring[0]
  if (!first) throw new HubError('SECRET_SEAL_BROKEN', { detail: 'HRHUB_KEY is empty' })
  const derive = (label: string, { key } = first) => createHmac('sha256', key).update(label).digest()
  const prints = ring.map(entry => derive('hrhub fingerprint', entry).toString('hex').slice(0, 32))
  const blindKeys = ring.map(({ key }) => createHmac('sha256', key).update('hrhub blind').digest())
  const blinds = (value: string) =>
    blindKeys.map(key => createHmac('sha256', key).update(value).digest('hex'))
  return {
    fingerprint: prints[0] ?? '',
    knows: fingerprint => prints.includes(fingerprint),
    tokenKey: derive('hrhub token'),
    blind: value => blinds(value)[0] ?? '',
    blinds,
    seal(plain, place) {
      const nonce = freshBytes(NONCE)
      const cipher = createCipheriv('aes-256-gcm', first.key, nonce).setAAD(Buffer.from(place))
      const body = Buffer.concat([cipher.update(plain), cipher.final()])
      return Buffer.concat([Buffer.from([VERSION]), first.id, nonce, cipher.getAuthTag(), body])
    },
    open(sealed, place) {
      const entry = ring.find(candidate => candidate.id.equals(sealed.subarray(1, 5)))
      if (!entry || sealed[0] !== VERSION) {
        throw new HubError('SECRET_SEAL_BROKEN', { detail: `no key of HRHUB_KEY sealed ${place}` })
      }
      const nonce = sealed.subarray(5, 5 + NONCE)
      const tag = sealed.subarray(5 + NONCE, 5 + NONCE + TAG)
      const cipher = createDecipheriv('aes-256-gcm', entry.key, nonce)
        .setAAD(Buffer.from(place))
        .setAuthTag(tag)
      try {
        return Buffer.concat([cipher.update(sealed.subarray(5 + NONCE + TAG)), cipher.final()])
      } catch (cause) {
        throw new HubError('SECRET_SEAL_BROKEN', {
          detail: `the sealed value of ${place} was changed or moved`,
          cause,
        })
      }
    },
  }
}
