/** The registry of verify schemes: a new one is a file of its own and a row here. */
import { basic } from './basic.js'
import { dingtalkEncrypted } from './dingtalk-encrypted.js'
import { feishuEncrypted } from './feishu-encrypted.js'
import { hmac } from './hmac.js'
import { none } from './none.js'
import { returnAddress } from './return-address.js'
import type { VerifyScheme } from './scheme.js'
import { secretPath } from './secret-path.js'
import { standardWebhooks } from './standard-webhooks.js'
import { wecomEncrypted } from './wecom-encrypted.js'

export const VERIFY_SCHEMES: Readonly<Record<string, VerifyScheme>> = {
  standard_webhooks: standardWebhooks,
  hmac,
  feishu_encrypted: feishuEncrypted,
  dingtalk_encrypted: dingtalkEncrypted,
  wecom_encrypted: wecomEncrypted,
  secret_path: secretPath,
  return_address: returnAddress,
  basic,
  none,
}
