/** A candidate three ways: the mapping, the same by hand, and in JSONata. */
import type { JsonSchema } from '../src/kernel/json-schema.js'

const TEXT: JsonSchema = { type: 'string' }
const object = (properties: Record<string, JsonSchema>): JsonSchema => ({ type: 'object', properties })
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items })

/** As the vendor's document describes it. */
export const candidateShape = object({
  id: { type: 'integer' },
  name: TEXT,
  phones: list(object({ number: TEXT })),
  emails: list(TEXT),
  education: list(object({ school: TEXT, degree: TEXT, major: TEXT, from: TEXT, to: TEXT })),
  jobs: list(object({ company: TEXT, title: TEXT, from: TEXT, to: TEXT, summary: TEXT })),
  skills: list(TEXT),
  channel: object({ name: TEXT, kind: { enum: ['im', 'mail', 'sms'] } }),
  available: TEXT,
  city: TEXT,
})

export const candidateYaml = `
mapping: acme/candidate.in
from: acme.candidate
to: candidate
identity: id
match: [phones, emails]
fields:
  name: name
  phones: { from: "phones[*].number", as: phone }
  emails: { from: emails, as: email }
  education: { each: education, fields: { school: school, degree: degree, major: major, start: from, end: to } }
  experience: { each: jobs, fields: { company: company, title: title, start: from, end: to, description: summary } }
  skills: { each: skills, fields: { name: item, level: { value: stated } } }
  source: channel.name
  preferred_channel: { from: channel.kind, lookup: { im: oa, mail: mail, sms: sms } }
  available_from: { from: available, as: date }
  custom.city: city
`

export const candidateInput = {
  id: 9001,
  name: '张三',
  phones: [{ number: '13800138000' }, { number: '+8613900139000' }],
  emails: ['Zhang.San@example.com'],
  education: [
    { school: '复旦大学', degree: '硕士', major: '计算机', from: '2015-09', to: '2018-06' },
    { school: '浙江大学', degree: '本科', major: '数学', from: '2011-09', to: '2015-06' },
  ],
  jobs: [
    { company: '甲公司', title: '工程师', from: '2018-07', to: '2021-03', summary: '平台研发' },
    { company: '乙公司', title: '高级工程师', from: '2021-04', to: '', summary: '数据产品' },
  ],
  skills: ['Java', 'SQL', 'Kafka', 'TypeScript'],
  channel: { name: '官网', kind: 'im' },
  available: '2026-04-01',
  city: '上海',
}

type Candidate = typeof candidateInput
const CHANNELS = new Map([
  ['im', 'oa'],
  ['mail', 'mail'],
  ['sms', 'sms'],
])
const MOBILE = /^(?:\+86)?(1[3-9]\d{9})$/
const MAIL = /^[^\s@<>(),;:"[\]]{1,64}@[^\s@<>(),;:"[\]]{1,190}\.[^\s@<>(),;:"[\].]{2,63}$/u
const DAY = /^\d{4}-\d\d-\d\d$/

function text(value: unknown): string {
  if (typeof value !== 'string') throw new Error('no text')
  return value
}
function phone(value: unknown): string {
  const mobile = MOBILE.exec(text(value).trim())
  if (!mobile) throw new Error('no phone')
  return `+86${mobile[1]}`
}
function email(value: unknown): string {
  const address = text(value).trim().toLowerCase()
  if (address.length > 254 || !MAIL.test(address)) throw new Error('no address')
  return address
}
function day(value: unknown): string {
  const written = text(value)
  const date = DAY.test(written) ? new Date(`${written}T00:00:00Z`) : undefined
  if (!date || Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== written)
    throw new Error('no day')
  return written
}

/** What an integrator would write: the same checks, the same result. */
export function candidateByHand(source: Candidate): object {
  const phones = source.phones.map(entry => phone(entry.number))
  const emails = source.emails.map(email)
  const channel = CHANNELS.get(source.channel.kind)
  if (channel === undefined) throw new Error('unknown channel')
  return {
    verdict: 'said',
    identity: String(source.id),
    identityRef: undefined,
    occurredAt: undefined,
    sequence: undefined,
    gone: undefined,
    ours: undefined,
    match: { phones, emails },
    fields: {
      name: text(source.name),
      phones,
      emails,
      education: source.education.map(entry => ({
        school: text(entry.school),
        degree: text(entry.degree),
        major: text(entry.major),
        start: text(entry.from),
        end: text(entry.to),
      })),
      experience: source.jobs.map(entry => ({
        company: text(entry.company),
        title: text(entry.title),
        start: text(entry.from),
        end: text(entry.to),
        description: text(entry.summary),
      })),
      skills: source.skills.map(skill => ({ name: text(skill), level: 'stated' })),
      source: text(source.channel.name),
      preferred_channel: channel,
      available_from: day(source.available),
      custom: { city: source.city },
    },
    skipped: [],
  }
}

export const candidateJsonata = `{
  "identity": $string(id),
  "fields": {
    "name": name,
    "phones": phones.number.($contains($, /^(\\+86)?1[3-9][0-9]{9}$/) ? ($contains($, /^\\+86/) ? $ : "+86" & $) : $error("no phone")),
    "emails": emails.($a := $lowercase($trim($)); $contains($a, /^[^\\s@]{1,64}@[^\\s@]{1,190}$/) ? $a : $error("no address")),
    "education": education.{ "school": school, "degree": degree, "major": major, "start": from, "end": to },
    "experience": jobs.{ "company": company, "title": title, "start": from, "end": to, "description": summary },
    "skills": skills.{ "name": $, "level": "stated" },
    "source": channel.name,
    "preferred_channel": $lookup({ "im": "oa", "mail": "mail", "sms": "sms" }, channel.kind),
    "available_from": $fromMillis($toMillis(available, "[Y0001]-[M01]-[D01]"), "[Y0001]-[M01]-[D01]"),
    "custom": { "city": city } } }`
