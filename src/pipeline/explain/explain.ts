/** Explains an id: finds whether it is a message, a delivery or a record, and gathers its life. */
import { HubError } from '../../kernel/errors.js'
import { deliveriesById } from '../../ledger/find-life.js'
import { findRecords } from '../../ledger/find-records.js'
import { messagesById } from '../../ledger/messages.js'
import { explainDelivery } from './explain-delivery.js'
import { explainMessage } from './explain-message.js'
import { explainRecord } from './explain-record.js'
import type { ExplainMeans, Life } from './life.js'

/** @throws HubError `PIPELINE_ID_UNKNOWN` */
export async function explain(means: ExplainMeans, tenant: string, id: string): Promise<Life> {
  const { ledger } = means
  const [message] = id.startsWith('message_') ? await messagesById(ledger, tenant, [id]) : []
  if (message) return explainMessage(means, message)
  const [delivery] = id.startsWith('delivery_') ? await deliveriesById(ledger, tenant, [id]) : []
  if (delivery) return explainDelivery(means, delivery)
  const [record] = await findRecords(ledger, tenant, [id])
  if (record) return explainRecord(means, record)
  throw new HubError('PIPELINE_ID_UNKNOWN', {
    detail: `tenant ${tenant} has no message, record or delivery ${id}`,
  })
}
