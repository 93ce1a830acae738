/** Mappings tried out, rule by rule, with nothing stored; and their messages folded again after a mend. */
import Type from 'typebox'
import { HubError } from '../../kernel/errors.js'
import type { Json } from '../../kernel/json.js'
import { mayUse } from '../../pipeline/keys.js'
import { replayAll } from '../../pipeline/replay-mapping.js'
import { type Preview, runMapping } from '../../pipeline/run-mapping.js'
import { callerOf } from '../authorize.js'
import { instantOf } from '../instant.js'
import { Id, Instant, Name, nullable, Open } from '../schemas.js'
import type { App, ServedHub } from '../served.js'

const Body = Type.Object(
  {
    input: Type.Optional(Type.Unknown({ description: 'A vendor’s body, or the data of a record.' })),
    record: Type.Optional(Id('A record as it is now, instead of an input; needs records:read.')),
    connection: Type.Optional(Name('Whose settings and links count.')),
    item: Type.Optional(Type.Unknown({ description: 'Entry of the flow’s `each`.' })),
  },
  { additionalProperties: false },
)
const Answer = Type.Object({
  verdict: Type.String({ description: 'said, ignored, mapped, waits, refused, broken (see problems)' }),
  result: nullable(Open('What came out.')),
  refused: nullable(Type.Object({ code: Type.String(), detail: Type.String() })),
  rules: Type.Array(
    Type.Object({
      target: Type.String(),
      rule: Type.String(),
      file: Type.String(),
      line: Type.Integer(),
      column: Type.Integer(),
      from: Type.String({ description: 'What it read; personal data is masked.' }),
      result: Type.String(),
      refused: nullable(Type.String()),
    }),
  ),
  problems: Type.Array(Open('Everything wrong in the file.')),
})

const ReplayBody = Type.Object(
  {
    connection: Type.Optional(Name('Only messages of this one.')),
    since: Type.Optional(Instant('Only those received at or after.')),
  },
  { additionalProperties: false },
)

export function mappingRoutes(app: App, hub: ServedHub): void {
  runRoutes(app, hub)
  replayRoutes(app, hub)
}

/** Messages folded again in the background; one that the end of the process cuts short goes on when it is asked for again. */
function replayRoutes(app: App, { parts, pipeline, log }: ServedHub): void {
  const background = new Set<Promise<void>>()
  const stop = new AbortController()
  app.addHook('onClose', async () => {
    stop.abort()
    await Promise.all(background)
  })
  const schema = {
    tags: ['mappings'],
    summary:
      'Folds those messages again that would say something else by the mapping of now, behind live traffic',
    body: ReplayBody,
    response: {
      202: Type.Object({
        operation: Type.String(),
        matched: Type.Integer({ description: 'Messages it looks at.' }),
      }),
    },
  }

  app.post(
    '/v1/mappings/:name/replay',
    {
      config: { scope: 'messages:write' },
      schema: {
        ...schema,
        operationId: 'replayMapping',
        params: Type.Object({ name: Name('acme-ai/report.in, its slash written as %2F, or as it is.') }),
      },
    },
    async (request, reply) => reply.code(202).send(await begin(request, request.params.name)),
  )
  app.post(
    '/v1/mappings/:folder/:file/replay',
    {
      config: { scope: 'messages:write' },
      schema: { ...schema, hide: true, params: Type.Object({ folder: Name(''), file: Name('') }) },
    },
    async (request, reply) =>
      reply.code(202).send(await begin(request, `${request.params.folder}/${request.params.file}`)),
  )

  async function begin(
    request: Parameters<typeof callerOf>[0] & { readonly body: Type.Static<typeof ReplayBody> },
    mapping: string,
  ) {
    const { connection, since } = request.body
    const { refolder, receiver } = pipeline
    const means = { parts, refolder, receiver, signal: stop.signal }
    const { id, matched, done } = await replayAll(means, callerOf(request).tenant, {
      mapping,
      connection,
      since: instantOf(since, 'since') ?? 0,
    })
    const kept = done
      .catch(error => log.error({ operation: id, error: String(error) }, 'mapping.replay-lost'))
      .finally(() => background.delete(kept))
    background.add(kept)
    return { operation: id, matched }
  }
}

function runRoutes(app: App, { parts, catalogOf }: ServedHub): void {
  const schema = {
    tags: ['mappings'],
    summary: 'Runs a mapping and explains each rule; nothing is stored',
    body: Body,
    response: { 200: Answer },
  }

  app.post(
    '/v1/mappings/:name/run',
    {
      config: { scope: 'mappings:run' },
      schema: {
        ...schema,
        operationId: 'runMapping',
        params: Type.Object({ name: Name('acme-ai/report.in, its slash written as %2F, or as it is.') }),
      },
    },
    request => run(request, request.params.name),
  )
  app.post(
    '/v1/mappings/:folder/:file/run',
    {
      config: { scope: 'mappings:run' },
      schema: { ...schema, hide: true, params: Type.Object({ folder: Name(''), file: Name('') }) },
    },
    request => run(request, `${request.params.folder}/${request.params.file}`),
  )

  async function run(
    request: Parameters<typeof callerOf>[0] & { readonly body: Type.Static<typeof Body> },
    name: string,
  ) {
    const caller = callerOf(request)
    const catalog = catalogOf?.(caller.tenant)
    if (!catalog) throw new HubError('PIPELINE_ID_UNKNOWN', { detail: 'this hub has no mappings' })
    const { input, record, connection, item } = request.body
    if (record !== undefined && !mayUse(caller, 'records:read'))
      throw new HubError('HTTP_SCOPE_MISSING', { detail: 'reading a record needs the scope records:read' })
    const preview: Preview =
      record === undefined ? { of: 'body', body: (input ?? null) as Json } : { of: 'record', record }
    const ran = await runMapping(parts, catalog, caller.tenant, name, preview, {
      connection,
      item: item as Json | undefined,
    })
    const { result, refused, lines, problems } = ran
    return {
      verdict: refused ? 'refused' : (result?.verdict ?? 'broken'),
      result: result ?? null,
      refused: refused ?? null,
      rules: lines.map(line => ({ ...line, refused: line.refused ?? null })),
      problems,
    }
  }
}
