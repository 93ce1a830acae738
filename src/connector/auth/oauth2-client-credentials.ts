/**
 * OAuth 2.0 client credentials (RFC 6749 §4.4): the token operation of the document is called with
 * grant_type, scope and the client's id and secret, in the body or as Basic; answer `access_token`, `expires_in`.
 */
import { HubError } from '../../kernel/errors.js'
import type { Evaluator } from '../expressions.js'
import { type AuthKind, secretOf } from './auth.js'
import { exchangedToken } from './exchanged-token.js'

const DAY = 86_400_000
const constant = (value: string): Evaluator => ({ evaluate: () => value })

export const oauth2ClientCredentials: AuthKind = {
  words: {
    operation: { is: 'text', required: true },
    client_id: { is: 'value', required: true },
    client_secret: { is: 'value', required: true },
    scope: { is: 'text' },
    place: { is: ['body', 'basic'] },
  },
  open(context) {
    const { exchange } = context.spec
    const step = exchange?.slot.steps[0]
    if (!exchange || !step)
      throw new HubError('HUB_DEFECT', { detail: 'client credentials without a token call' })
    const basic = context.spec.words['place'] === 'basic'
    const scope = context.spec.words['scope']
    const members: Record<string, string> = {
      grant_type: 'client_credentials',
      ...(typeof scope === 'string' && { scope }),
      ...(!basic && {
        client_id: secretOf(context, 'client_id'),
        client_secret: secretOf(context, 'client_secret'),
      }),
    }
    const body = Object.entries(members).map(([name, value]) => ({ path: [name], rule: constant(value) }))
    const pair = [secretOf(context, 'client_id'), secretOf(context, 'client_secret')]
      .map(encodeURIComponent)
      .join(':')
    return exchangedToken(
      {
        ...context,
        call: (slot, roots) =>
          context.call(
            slot,
            roots,
            basic ? { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } : {},
          ),
      },
      {
        ...exchange,
        atMostMs: Math.min(exchange.atMostMs, DAY),
        slot: { steps: [{ ...step, body }], take: undefined },
      },
    )
  },
}
