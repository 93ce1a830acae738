/**
 * Merge proposals decided: by a person, or by the mapping that named a key in `auto_merge`. What is decided stays
 * so; the same key does not propose the pair again.
 */
import { HubError, isHubError } from '../../kernel/errors.js'
import { findRecords, survivorsOf } from '../../ledger/find-records.js'
import { autoProposals, decideProposals, findProposal } from '../../ledger/merge-proposals.js'
import type { MergeProposalRow, MergeRow } from '../../ledger/schema.js'
import { type MergeMeans, mergeRecords } from './merge.js'

/** Merges of one round; what is left goes with the next sweep. */
const MOST = 100
/** Who decides where no person does. */
export const BY_MAPPING = 'auto_merge'

/**
 * @param into the one that is to survive; undefined = the elder
 * @returns the merge; undefined where the two had become one on another way
 * @throws HubError `PIPELINE_ID_UNKNOWN`, `PIPELINE_PROPOSAL_DECIDED`, and what a merge throws
 */
export async function acceptProposal(
  means: MergeMeans,
  tenant: string,
  id: string,
  into: string | undefined,
  by: string,
): Promise<MergeRow | undefined> {
  const proposal = await openProposal(means, tenant, id)
  if (into !== undefined && into !== proposal.first && into !== proposal.second)
    throw new HubError('PIPELINE_MERGE_IMPOSSIBLE', { detail: `${into} is neither of the two` })
  return carryOut(means, proposal, into, by)
}

/** @throws HubError `PIPELINE_ID_UNKNOWN`, `PIPELINE_PROPOSAL_DECIDED` */
export async function rejectProposal(
  means: MergeMeans,
  tenant: string,
  id: string,
  by: string,
): Promise<void> {
  const { first, second } = await openProposal(means, tenant, id)
  const { ledger, clock, log } = means.parts
  await decideProposals(ledger, tenant, [first, second], 'rejected', by, clock.now())
  log.info({ tenant, proposal: id, by }, 'proposal.rejected')
}

async function openProposal({ parts }: MergeMeans, tenant: string, id: string): Promise<MergeProposalRow> {
  const found = await findProposal(parts.ledger, tenant, id)
  if (!found) throw new HubError('PIPELINE_ID_UNKNOWN', { detail: `there is no proposal ${id}` })
  if (found.state !== 'open')
    throw new HubError('PIPELINE_PROPOSAL_DECIDED', { detail: `${id} is ${found.state}` })
  return found
}

/** Merges what keys of `auto_merge` led to; a record at work is left for the next round. @returns merges made */
export async function mergeProposed(means: MergeMeans): Promise<number> {
  const { parts } = means
  const tenants = parts.tenants().map(config => config.tenant)
  let merged = 0
  for (const proposal of await autoProposals(parts.ledger, tenants, MOST)) {
    try {
      if (await carryOut(means, proposal, undefined, BY_MAPPING)) merged += 1
    } catch (error) {
      if (!isHubError(error) || error.kind === 'defect') throw error
      parts.log.warn({ tenant: proposal.tenant, proposal: proposal.id, code: error.code }, 'merge.postponed')
    }
  }
  return merged
}

/** Either may have been merged since it was proposed: who answers for them is merged then. */
async function carryOut(
  means: MergeMeans,
  { tenant, first, second }: MergeProposalRow,
  into: string | undefined,
  by: string,
): Promise<MergeRow | undefined> {
  const { ledger, clock } = means.parts
  const survivors = await survivorsOf(ledger, tenant, [first, second])
  const now = (id: string) => survivors.get(id) ?? id
  const pair = [now(first), now(second)]
  const rows = await findRecords(ledger, tenant, pair)
  const [elder] = rows.sort((a, b) => a.created_at - b.created_at || (a.id < b.id ? -1 : 1))
  const survivor = into === undefined ? elder?.id : now(into)
  const merged = pair.find(id => id !== survivor)
  const merge =
    survivor === undefined || merged === undefined
      ? undefined
      : await mergeRecords(means, tenant, { merged, into: survivor, by })
  await decideProposals(ledger, tenant, [first, second], 'accepted', by, clock.now())
  return merge
}
