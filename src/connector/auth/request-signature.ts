/** Requests signed one by one: `signature` names the way, time and nonce are new at every sending. */
import { HubError } from '../../kernel/errors.js'
import { aliyunAcs3 } from './aliyun-acs3.js'
import { type AuthKind, fixed, secretOf } from './auth.js'
import type { Signer } from './signer.js'
import { tencentTc3 } from './tencent-tc3.js'

const SIGNERS: Readonly<Record<string, Signer>> = { aliyun_acs3: aliyunAcs3, tencent_tc3: tencentTc3 }

export const requestSignature: AuthKind = {
  words: {
    signature: { is: Object.keys(SIGNERS), required: true },
    key_id: { is: 'value', required: true },
    secret: { is: 'value', required: true },
    service: { is: 'text' },
  },
  open(context) {
    const signer = SIGNERS[String(context.spec.words['signature'])]
    if (!signer) throw new HubError('HUB_DEFECT', { detail: 'request_signature without a known signature' })
    const service = context.spec.words['service']
    return fixed(request =>
      signer.sign(request, {
        keyId: secretOf(context, 'key_id'),
        secret: secretOf(context, 'secret'),
        now: context.clock.now(),
        nonce: context.nonce(),
        service: typeof service === 'string' ? service : undefined,
      }),
    )
  },
}
