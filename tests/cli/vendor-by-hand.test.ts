import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAcmeEhr } from '../../src/sandbox/acme-ehr/start.js'
import type { Simulator } from '../../src/sandbox/types.js'
import { hrhub, tempFolder } from './kit.js'

const API_KEY = 'key_of_the_ehr'
const HOOK_SECRET = `whsec_${Buffer.from('a secret of the vendor').toString('base64')}`

let ehr: Simulator
let folder: string
let env: Readonly<Record<string, string>>

beforeAll(async () => {
  ehr = await startAcmeEhr({ apiKey: API_KEY, webhookSecrets: [HOOK_SECRET], target: 'http://127.0.0.1:9' })
  folder = tempFolder({
    'connections.yaml': `connections:
  - connection: ehr
    connector: acme-ehr
    allow_private: true
    hook: from-ehr
    settings: { base_url: "\${EHR_URL}", api_key: "\${EHR_KEY}", webhook_secret: "\${EHR_HOOK}" }
`,
  })
  env = {
    HRHUB_PROJECT: folder,
    HRHUB_DATA: join(folder, 'data'),
    EHR_URL: ehr.url,
    EHR_KEY: API_KEY,
    EHR_HOOK: HOOK_SECRET,
  }
})
afterAll(() => ehr.close())

describe('connector test', () => {
  it('calls the vendor’s check with the real settings', async () => {
    const { exit, lines } = await hrhub(['connector', 'test', 'ehr'], { env })
    expect(lines[0]).toBe('connection  ehr (acme-ehr)')
    expect(lines[1]).toMatch(/^outcome {5}accepted, status 200, \d+ ms$/)
    expect(exit).toBe(0)
  })

  it('ends with 1 where the credentials are wrong, without showing them', async () => {
    const wrong = { ...env, EHR_KEY: 'key_of_somebody_else' }
    const { exit, out, json } = await hrhub(['connector', 'test', 'ehr', '--json'], { env: wrong })
    expect(exit).toBe(1)
    expect(json()).toMatchObject({ outcome: 'misconfigured', status: 401 })
    expect(out).not.toContain('key_of_somebody_else')
  })

  it('knows what was meant', async () => {
    const { exit, err } = await hrhub(['connector', 'test', 'her'], { env })
    expect(exit).toBe(1)
    expect(err).toContain('there is no connection her; did you mean `ehr`?')
  })

  it('names a secret that is not there', async () => {
    const { EHR_KEY: _, ...without } = env as Record<string, string>
    const { exit, lines } = await hrhub(['connector', 'test', 'ehr'], { env: without })
    expect(exit).toBe(1)
    expect(lines).toEqual([
      `${folder}/connections.yaml:6:50 CONFIG_SECRET_MISSING the environment has no EHR_KEY`,
    ])
  })
})

describe('connector run', () => {
  const body = JSON.stringify({ name: '韩梅梅', preferred_channel: 'SMS' })

  it('prints the request with --dry and sends nothing', async () => {
    const words = ['connector', 'run', 'ehr', 'candidate.update', '-', '--dry', '--id', 'cand/1']
    const nobody = { ...env, EHR_URL: 'http://127.0.0.1:9' }
    const { exit, lines, out } = await hrhub(words, { env: nobody, stdin: body })
    expect(exit).toBe(0)
    expect(lines[1]).toBe('PATCH http://127.0.0.1:9/api/v1/candidates/cand%2F1')
    expect(out).toContain('韩梅梅')
    expect(out).not.toContain(API_KEY)
  })

  it('sends without --dry, and tells what the vendor says', async () => {
    const words = ['connector', 'run', 'ehr', 'candidate.update', '-', '--id', 'nobody', '--json']
    const { exit, json } = await hrhub(words, { env, stdin: body })
    expect(exit).toBe(1)
    expect(json()).toMatchObject({ dry: false, steps: [{ outcome: { is: 'absent', status: 404 } }] })
  })

  it.each([
    ['a list', '[1]', 2, 'must hold one object'],
    ['no JSON', '{', 1, 'JSON_TEXT_BROKEN'],
  ])('refuses %s', async (_what, stdin, code, said) => {
    const { exit, err } = await hrhub(['connector', 'run', 'ehr', 'candidate.update', '-'], { env, stdin })
    expect(err).toContain(said)
    expect(exit).toBe(code)
  })
})

describe('doctor', () => {
  it('finds everything well, the vendor among it', async () => {
    const { exit, json } = await hrhub(['doctor', '--json'], { env })
    const { findings } = json() as { findings: { is: string; what: string }[] }
    expect(findings.filter(finding => finding.is !== 'good')).toEqual([])
    expect(findings.map(finding => finding.what)).toEqual([
      'node',
      'disk',
      'key',
      'folder',
      'ledger',
      'channel',
      'default/ehr',
    ])
    expect(exit).toBe(0)
  })

  it('says what is in the way, and what to do', async () => {
    const { exit, lines } = await hrhub(['doctor'], {
      env: { ...env, EHR_KEY: 'wrong', DATABASE_URL: 'postgres://127.0.0.1:9/none' },
    })
    expect(exit).toBe(1)
    expect(lines).toContain('BAD   key          HRHUB_KEY is not set')
    expect(lines.some(line => line.startsWith('BAD   ledger'))).toBe(true)
    expect(lines.some(line => line.startsWith('BAD   default/ehr  misconfigured 401'))).toBe(true)
    expect(lines).toContain('→ key: set it to 32 random bytes in base64: openssl rand -base64 32')
  })
})

describe('config', () => {
  it('shows every setting with its origin, secrets masked, and the addresses vendors call', async () => {
    const { exit, out, lines } = await hrhub(['config'], {
      env: {
        ...env,
        REDIS_URL: 'redis://hr:geheim@redis.example:6379/3',
        HRHUB_ADMIN_KEY: 'hrk_geheim',
        HRHUB_PUBLIC_URL: 'https://hub.example',
      },
    })
    expect(exit).toBe(0)
    expect(out).not.toContain('geheim')
    expect(lines.find(line => line.startsWith('REDIS_URL'))).toContain('redis://••••@redis.example:6379/••••')
    expect(lines.find(line => line.startsWith('PORT'))).toMatch(/^PORT +3000 +default/)
    expect(lines).toContain('default  ehr         acme-ehr   https://hub.example/hooks/from-ehr')
  })

  it('tells what the command line says from what the environment says', async () => {
    const folder = join(tempFolder(), 'mine')
    await hrhub(['init', folder])
    const origin = async (words: string[]) => {
      const { lines } = await hrhub(['config', ...words], { env: { ...env, HRHUB_PROJECT: folder } })
      return lines.find(line => line.startsWith('HRHUB_PROJECT'))
    }
    expect(await origin([])).toContain(`${folder}  environment`)
    expect(await origin(['--project', folder])).toContain(`${folder}  command line`)
  })
})
