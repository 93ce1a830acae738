/** Mappings tried out: what a body or a record becomes, rule by rule. Nothing is stored. */
import Type from 'typebox'
import { HubError } from '../../kernel/errors.js'
import type { Json } from '../../kernel/json.js'
import { mayUse } from '../../pipeline/keys.js'
import { type Preview, runMapping } from '../../pipeline/run-mapping.js'
import { callerOf } from '../authorize.js'
import { Id, Name, nullable, Open } from '../schemas.js'
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

export function mappingRoutes(app: App, { parts, catalogOf }: ServedHub): void {
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
