/** Files that the hub fetched for other systems, under links that are their own key. */
import Type from 'typebox'
import { HubError } from '../../kernel/errors.js'
import { openFile } from '../../pipeline/file-links.js'
import type { App, ServedHub } from '../served.js'

export function fileRoutes(app: App, { parts }: ServedHub): void {
  app.get(
    '/files/:hash/:signature',
    {
      schema: {
        tags: ['files'],
        operationId: 'openFile',
        summary: 'A clip, résumé or other file, as it was fetched',
        security: [],
        params: Type.Object({
          hash: Type.String({ pattern: '^[0-9a-f]{64}$' }),
          signature: Type.String({ minLength: 1, maxLength: 100 }),
        }),
      },
    },
    async (request, reply) => {
      const { hash, signature } = request.params
      const bytes = await openFile(parts, hash, signature)
      if (!bytes) throw new HubError('HTTP_ROUTE_UNKNOWN', { detail: 'there is no such file' })
      // What it is was said by a vendor: nothing of it may run in the hub's own origin.
      return reply
        .header('content-type', 'application/octet-stream')
        .header('content-disposition', 'attachment')
        .header('x-content-type-options', 'nosniff')
        .header('cache-control', 'private, immutable, max-age=31536000')
        .send(bytes)
    },
  )
}
