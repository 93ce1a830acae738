/**
 * Fetches at once the files that a message only points to: signed links expire within minutes. What was fetched is
 * noted in the message (address → hash and a link of ours), so a replay a month later still finds it.
 */
import { isHubError } from '../kernel/errors.js'
import type { Json } from '../kernel/json.js'
import { noteFindings } from '../ledger/findings.js'
import { saveHead, updateMessages } from '../ledger/messages.js'
import type { MessageRow } from '../ledger/schema.js'
import type { TenantConfig } from './config/types.js'
import { fileLink } from './file-links.js'
import { itemsOf } from './fold/read-message.js'
import type { Parts } from './parts.js'

/** Tries until the message is folded without its file, and a finding says so. */
const MOST_TRIES = 5

/** Addresses in a message whose resources have attachments; empty once they were fetched. */
export function addressesIn(config: TenantConfig, message: MessageRow): string[] {
  const found = config.connections.get(message.connection)
  if (!found?.connection.attachments || message.head['attachments'] !== undefined || message.source === 'api')
    return []
  const { connection } = found
  try {
    const items = itemsOf(found, message)
    return [
      ...new Set(
        items.flatMap(item =>
          item.resource === undefined || item.refetch
            ? []
            : (connection.attachments?.(item.resource, item.body) ?? []).map(one => one.url),
        ),
      ),
    ]
  } catch (error) {
    // What cannot be split is told by the fold, with its place.
    if (isHubError(error)) return []
    throw error
  }
}

/** @returns the message with its files, or undefined when a file should be tried again by the sweep */
export async function attach(
  parts: Parts,
  config: TenantConfig,
  message: MessageRow,
): Promise<MessageRow | undefined> {
  const urls = addressesIn(config, message)
  const connection = config.connections.get(message.connection)?.connection
  if (urls.length === 0 || !connection?.fetchAttachment) return message
  const attachments: Record<string, Json> = {}
  let failed = 0
  for (const url of urls) {
    const fetched = await connection.fetchAttachment(url)
    if (!fetched.fetched) {
      failed += 1
      parts.log.warn(
        { message: message.id, connection: message.connection, code: fetched.code },
        'attachment.failed',
      )
    }
    if (!fetched.fetched) {
      attachments[url] = null
      continue
    }
    const blob = await parts.blobs.put(fetched.bytes)
    attachments[url] = { blob, link: fileLink(parts, blob) ?? null }
  }
  if (failed > 0 && message.tries < MOST_TRIES) {
    await updateMessages(parts.ledger, [{ ...message, tries: message.tries + 1 }])
    return undefined
  }
  if (failed > 0) {
    await noteFindings(
      parts.ledger,
      config.tenant,
      [
        {
          code: 'attachment_lost',
          about: message.id,
          connection: message.connection,
          detail: { files: failed },
        },
      ],
      parts.clock.now(),
    )
  }
  const head = { ...message.head, attachments }
  await saveHead(parts.ledger, message, head)
  return { ...message, head }
}
