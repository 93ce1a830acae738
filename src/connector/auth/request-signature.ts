/** Requests signed one by one: `signature` names the way, time and nonce are new at every sending. */
import { HubError } from '../../kernel/errors.js'
import { outcomeOf } from '../operation/outcome.js'
import { aliyunAcs3 } from './aliyun-acs3.js'
import { type AuthKind, secretOf, secretsOf } from './auth.js'
import type { Signer } from './signer.js'
import { standardWebhooks } from './standard-webhooks.js'
import { tencentTc3 } from './tencent-tc3.js'

const SIGNERS: Readonly<Record<string, Signer>> = {
  aliyun_acs3: aliyunAcs3,
  tencent_tc3: tencentTc3,
  standard_webhooks: standardWebhooks,
}

export const requestSignature: AuthKind = {
  words: {
    signature: { is: Object.keys(SIGNERS), required: true },
    key_id: { is: 'value' },
    secret: { is: 'value', required: true },
    service: { is: 'text' },
  },
  needs: block => SIGNERS[String(block['signature'])]?.needs ?? [],
  open(context) {
    const signer = SIGNERS[String(context.spec.words['signature'])]
    if (!signer) throw new HubError('HUB_DEFECT', { detail: 'request_signature without a known signature' })
    const service = context.spec.words['service']
    return {
      async apply(request) {
        const signed = signer.sign(request, {
          keyId: secretOf(context, 'key_id'),
          secrets: secretsOf(context, 'secret'),
          now: context.clock.now(),
          nonce: context.nonce(),
          service: typeof service === 'string' ? service : undefined,
        })
        return 'because' in signed
          ? { failed: outcomeOf('misconfigured', 'CONNECTOR_SECRET_BROKEN', signed.because) }
          : { request: signed, token: undefined }
      },
      renew: async () => false,
    }
  },
}
