/**
 * All simulated vendors together, each on a port of its own on 127.0.0.1, remembering across restarts. Their
 * secrets are made at the first start; what connections.yaml of the sandbox needs comes back as its environment.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startAcmeEhr } from './acme-ehr/start.js'
import { startAliyunSms } from './aliyun-sms/simulator.js'
import { PEOPLE } from './company.js'
import { OFFER_PROCESS, startDingTalk } from './dingtalk/simulator.js'
import { OFFER_APPROVAL, startFeishu } from './feishu/simulator.js'
import { type MailServer, startMail } from './mail/simulator.js'
import { startNovaAi } from './nova-ai/start.js'
import { startOpenLms } from './open-lms/start.js'
import { SMS_TEMPLATES } from './sms-templates.js'
import type { Simulator } from './types.js'

export const VENDORS = ['ehr', 'ai', 'lms', 'feishu', 'dingtalk', 'sms', 'mail'] as const
export type VendorName = (typeof VENDORS)[number]

export interface SandboxVendors {
  readonly simulators: Readonly<Record<VendorName, Simulator>>
  readonly mail: MailServer
  readonly environment: Readonly<Record<string, string>>
  /** Tells every vendor where the hub takes its callbacks. */
  aim(hub: string): void
  close(): Promise<void>
}

export interface SandboxOptions {
  /** Where the vendors keep what they hold; absent: in memory. */
  readonly folder?: string
  /** Multiplies the vendors' retry schedules; the journey does not wait five minutes. */
  readonly retryScale?: number
}

const HEX_SECRETS = [
  'EHR_KEY',
  'AI_SECRET',
  'AI_WEBHOOK_SECRET',
  'LMS_KEY',
  'LMS_CALLBACK_PASSWORD',
  'FEISHU_SECRET',
  'FEISHU_ENCRYPT_KEY',
  'FEISHU_TOKEN',
  'DINGTALK_SECRET',
  'DINGTALK_TOKEN',
  'SMS_SECRET',
  'SMS_CALLBACK_SECRET',
  'MAIL_PASSWORD',
] as const
type Secrets = Record<(typeof HEX_SECRETS)[number] | 'EHR_WEBHOOK_SECRET' | 'DINGTALK_AES_KEY', string>

const FEISHU_APP = 'cli_sandbox0001'
const DINGTALK_APP = 'dingsandbox0001'
const DINGTALK_AGENT = 2_026_001
const SMS_KEY_ID = 'LTAI5tSandbox0001'
const SMS_SIGN = '云帆科技'
const MAIL_USER = 'hr@yunfan.example'

export async function startVendors({ folder, retryScale = 1 }: SandboxOptions = {}): Promise<SandboxVendors> {
  const secrets = keepSecrets(folder)
  const common = { ...(folder === undefined ? {} : { folder }), retryScale }
  const [ehr, ai, lms, feishu, dingtalk, sms, mail] = await Promise.all([
    startAcmeEhr({ ...common, apiKey: secrets.EHR_KEY, webhookSecrets: [secrets.EHR_WEBHOOK_SECRET] }),
    startNovaAi({
      ...common,
      appId: 'yunfan',
      secret: secrets.AI_SECRET,
      webhookSecret: secrets.AI_WEBHOOK_SECRET,
    }),
    startOpenLms({
      ...common,
      apiKey: secrets.LMS_KEY,
      callbackBasic: `lms:${secrets.LMS_CALLBACK_PASSWORD}`,
    }),
    startFeishu({
      ...common,
      members: PEOPLE,
      appSecret: secrets.FEISHU_SECRET,
      approvals: [OFFER_APPROVAL],
      events: {
        appId: FEISHU_APP,
        tenantKey: 'yunfan',
        verificationToken: secrets.FEISHU_TOKEN,
        encryptKey: secrets.FEISHU_ENCRYPT_KEY,
      },
    }),
    startDingTalk({
      ...common,
      members: PEOPLE,
      appKey: DINGTALK_APP,
      appSecret: secrets.DINGTALK_SECRET,
      agentId: DINGTALK_AGENT,
      processes: [OFFER_PROCESS],
      events: {
        corpId: 'dingyunfan',
        token: secrets.DINGTALK_TOKEN,
        aesKey: secrets.DINGTALK_AES_KEY,
        owner: DINGTALK_APP,
      },
    }),
    startAliyunSms({
      ...common,
      accessKeyId: SMS_KEY_ID,
      accessKeySecret: secrets.SMS_SECRET,
      signNames: [SMS_SIGN],
      templates: SMS_TEMPLATES,
    }),
    startMail({
      ...common,
      mailFolder: join(folder ?? (await temporaryFolder()), 'mail'),
      login: { user: MAIL_USER, password: secrets.MAIL_PASSWORD },
    }),
  ])
  const simulators = { ehr, ai, lms, feishu, dingtalk, sms, mail: mail.simulator }
  return {
    simulators,
    mail,
    environment: {
      SANDBOX_EHR_URL: ehr.url,
      SANDBOX_EHR_KEY: secrets.EHR_KEY,
      SANDBOX_EHR_WEBHOOK_SECRET: secrets.EHR_WEBHOOK_SECRET,
      SANDBOX_AI_URL: ai.url,
      SANDBOX_AI_APP_ID: 'yunfan',
      SANDBOX_AI_SECRET: secrets.AI_SECRET,
      SANDBOX_AI_WEBHOOK_SECRET: secrets.AI_WEBHOOK_SECRET,
      SANDBOX_LMS_URL: lms.url,
      SANDBOX_LMS_KEY: secrets.LMS_KEY,
      SANDBOX_LMS_CALLBACK_USER: 'lms',
      SANDBOX_LMS_CALLBACK_PASSWORD: secrets.LMS_CALLBACK_PASSWORD,
      SANDBOX_FEISHU_URL: feishu.url,
      SANDBOX_FEISHU_APP_ID: FEISHU_APP,
      SANDBOX_FEISHU_APP_SECRET: secrets.FEISHU_SECRET,
      SANDBOX_FEISHU_ENCRYPT_KEY: secrets.FEISHU_ENCRYPT_KEY,
      SANDBOX_FEISHU_VERIFICATION_TOKEN: secrets.FEISHU_TOKEN,
      SANDBOX_FEISHU_OFFER_APPROVAL_CODE: OFFER_APPROVAL.code,
      SANDBOX_DINGTALK_URL: dingtalk.url,
      SANDBOX_DINGTALK_APP_KEY: DINGTALK_APP,
      SANDBOX_DINGTALK_APP_SECRET: secrets.DINGTALK_SECRET,
      SANDBOX_DINGTALK_AGENT_ID: String(DINGTALK_AGENT),
      SANDBOX_DINGTALK_CALLBACK_TOKEN: secrets.DINGTALK_TOKEN,
      SANDBOX_DINGTALK_CALLBACK_AES_KEY: secrets.DINGTALK_AES_KEY,
      SANDBOX_DINGTALK_OFFER_PROCESS_CODE: OFFER_PROCESS.code,
      SANDBOX_SMS_URL: sms.url,
      SANDBOX_SMS_KEY_ID: SMS_KEY_ID,
      SANDBOX_SMS_KEY_SECRET: secrets.SMS_SECRET,
      SANDBOX_SMS_CALLBACK_SECRET: secrets.SMS_CALLBACK_SECRET,
      SANDBOX_MAIL_HOST: mail.smtp.host,
      SANDBOX_MAIL_PORT: String(mail.smtp.port),
      SANDBOX_MAIL_USER: MAIL_USER,
      SANDBOX_MAIL_PASSWORD: secrets.MAIL_PASSWORD,
    },
    aim(hub) {
      for (const name of VENDORS) {
        if (name === 'mail') continue
        // Aliyun does not sign its receipts: the secret is the end of the address.
        const tail = name === 'sms' ? `/${secrets.SMS_CALLBACK_SECRET}` : ''
        simulators[name].callbacks.target(`${hub}/hooks/${name}${tail}`)
      }
    },
    async close() {
      await Promise.all([ehr, ai, lms, feishu, dingtalk, sms].map(simulator => simulator.close()))
      await mail.close()
    },
  }
}

async function temporaryFolder(): Promise<string> {
  const { mkdtemp } = await import('node:fs/promises')
  const { tmpdir } = await import('node:os')
  return mkdtemp(join(tmpdir(), 'hrhub-sandbox-'))
}

function keepSecrets(folder: string | undefined): Secrets {
  const file = folder === undefined ? undefined : join(folder, 'secrets.json')
  if (file && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Secrets
  const made = Object.fromEntries(HEX_SECRETS.map(name => [name, randomBytes(16).toString('hex')]))
  const secrets = {
    ...made,
    EHR_WEBHOOK_SECRET: `whsec_${randomBytes(32).toString('base64')}`,
    // 43 characters of base64: 32 bytes without the closing sign.
    DINGTALK_AES_KEY: randomBytes(32).toString('base64').slice(0, 43).replace(/[+/]/g, 'x'),
  } as Secrets
  if (folder !== undefined && file) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 })
  }
  return secrets
}
