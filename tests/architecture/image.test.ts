import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

interface Service {
  readonly image?: string
  readonly build?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly ports?: readonly string[]
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
  readonly healthcheck?: unknown
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly volumes: Readonly<Record<string, unknown>>
}

describe('compose.yaml', () => {
  const text = readFileSync('compose.yaml', 'utf8')
  const { services, volumes } = parse(text, { merge: true }) as Compose
  const hubs = Object.entries(services).filter(([name]) => name.startsWith('hub-'))

  it('starts two hubs that differ in nothing but their port, on Postgres and Redis', () => {
    expect(Object.keys(services)).toEqual(['hub-1', 'hub-2', 'postgres', 'redis'])
    const alike = hubs.map(([, { ports: _, ...hub }]) => hub)
    expect(alike).toHaveLength(2)
    expect(alike[0]).toEqual(alike[1])
    expect(alike[0]).toMatchObject({ build: '.', image: 'hrhub' })
    expect(hubs.map(([, hub]) => hub.ports)).toEqual([['3000:3000'], ['3001:3000']])
  })

  it('gives both hubs one folder of files, and lets no hub write its project', () => {
    for (const [, hub] of hubs) expect(hub.volumes).toEqual(['./project:/project:ro', 'files:/data'])
    expect(Object.keys(volumes).sort()).toEqual(['files', 'postgres'])
  })

  it('waits for what the hubs need, and names a version of all it does not build', () => {
    for (const [, hub] of hubs)
      for (const needed of ['postgres', 'redis']) {
        expect(hub.depends_on?.[needed]).toEqual({ condition: 'service_healthy' })
        expect(services[needed]?.healthcheck).toBeDefined()
        expect(services[needed]?.image).toMatch(/^\w+:\d+/)
      }
  })

  it('holds no secret', () => {
    const values = Object.values(services).flatMap(({ environment = {} }) => Object.entries(environment))
    const secret = values.filter(([name]) => /PASSWORD|KEY|SECRET|TOKEN/.test(name))
    expect(secret.map(([name]) => name)).toEqual(expect.arrayContaining(['HRHUB_KEY', 'POSTGRES_PASSWORD']))
    // Must be said, else nothing starts: an empty password is none.
    for (const [, value] of secret) expect(value).toMatch(/^\$\{\w+:\?[^}]+\}$/)
    for (const [, value] of values)
      if (/:\/\/[^/]*@/.test(value)) expect(value).toMatch(/:\/\/\w+:\$\{\w+:\?[^}]+\}@/)
  })
})

describe('the image', () => {
  const text = readFileSync('Dockerfile', 'utf8')
  const stages = text.split(/^(?=FROM )/m).filter(stage => stage.startsWith('FROM '))
  const last = stages.at(-1) ?? ''
  const env = (name: string) => new RegExp(`^ENV .*\\b${name}=(\\S+)`, 'm').exec(last)?.[1]

  it('is built in one stage and runs in another that has no tools of the build', () => {
    expect(stages.length).toBeGreaterThan(1)
    for (const stage of stages) expect(stage).toMatch(/^FROM \S+:\d\S*/)
    expect(last).not.toMatch(/npm|npx|tsc/)
    expect(last).toMatch(/^COPY --from=build /m)
  })

  it('runs as nobody in particular, after everything that needs more', () => {
    const user = last.indexOf('\nUSER node\n')
    expect(user).toBeGreaterThan(last.lastIndexOf('\nRUN '))
    expect(last.indexOf('\nUSER ', user + 1)).toBe(-1)
  })

  it('exposes the port it listens on, and asks there whether it lives', () => {
    expect(env('HOST')).toBe('0.0.0.0')
    expect(/^EXPOSE (\d+)$/m.exec(last)?.[1]).toBe(env('PORT'))
    const check = /^HEALTHCHECK .*$/m.exec(last)?.[0] ?? ''
    expect(check).toContain(`process.env.PORT||${env('PORT')}`)
    expect(check).toContain("'/healthz'")
    expect(check).toContain('127.0.0.1')
  })

  it('keeps what outlives it in its volumes, and holds no secret', () => {
    expect(/^VOLUME (.+)$/m.exec(last)?.[1]).toBe(`["${env('HRHUB_DATA')}", "${env('HRHUB_PROJECT')}"]`)
    expect(text).not.toMatch(/^(?:ENV|ARG) .*(?:PASSWORD|SECRET|TOKEN|HRHUB_KEY)/m)
    expect(text).not.toMatch(/^COPY .*(?:\.env|\s\.\s)/m)
  })
})
