/** The SMS templates that the demonstration company has had approved; config/sandbox names them by code. */
import type { SmsTemplate } from './aliyun-sms/template.js'

export const SMS_TEMPLATES: readonly SmsTemplate[] = [
  {
    code: 'SMS_480010001',
    content:
      '${name}您好，您应聘${position}的AI面试已准备好，请点击 ${link} 查看或改约时间。如需帮助请致电招聘团队。',
    links: ['link'],
  },
  {
    code: 'SMS_480010002',
    content: '${name}的${position}面试原定${time}开始，目前仍未进入，请及时跟进。',
  },
]
