/** What HR sees in the EHR: applications, interviews, assessments with custom fields, positions, people. */

import { chinaTime } from '../china-time.js'
import { APPLICANTS } from '../company.js'
import type { Cell, Section } from '../page.js'
import type { EhrStore } from './store.js'
import { CONCLUSION_WORDS, type CustomField, INTERVIEW_WORDS, STAGE_WORDS, type Thing } from './things.js'

const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value))
const time = (value: unknown): string =>
  typeof value === 'string' ? chinaTime(Date.parse(value), 'M月d日 HH:mm:ss') : ''

export function ehrPage(store: EhrStore): Section[] {
  const name = (id: unknown) => text(store.shelves.candidate.get(text(id))?.['name']) || text(id)
  const position = (id: unknown) => text(store.shelves.position.get(text(id))?.['title']) || text(id)
  const person = (id: unknown) => text(store.shelves.person.get(text(id))?.['name']) || text(id)
  return [
    {
      title: '应聘',
      columns: ['候选人', '职位', '阶段', '综合分', '更新时间', '操作'],
      rows: store.shelves.application
        .all()
        .map(application => [
          name(application['candidate_id']),
          position(application['position_id']),
          STAGE_WORDS[text(application['stage'])] ?? text(application['stage']),
          text(application['composite']),
          time(application.updated_at),
          stageButton(application),
        ]),
    },
    {
      title: '面试',
      columns: ['候选人', '职位', '状态', '时间', '面试官', '链接', '更新时间'],
      rows: store.shelves.interview
        .all()
        .map(interview => [
          name(interview['candidate_id']),
          position(interview['position_id']),
          INTERVIEW_WORDS[text(interview['status'])] ?? text(interview['status']),
          `${time(interview['start_at'])} — ${time(interview['end_at'])}`,
          ((interview['interviewer_ids'] ?? []) as string[]).map(person).join('、'),
          interview['join_url'] ? { text: '进入', href: text(interview['join_url']) } : null,
          time(interview.updated_at),
        ]),
    },
    {
      title: '测评结论（标准字段与自定义字段）',
      columns: ['候选人', '总分', '综合分', '结论', '自定义字段', '培训计划'],
      rows: store.shelves.candidate.all().map(candidate => assessmentRow(candidate)),
    },
    {
      title: '测评报告',
      columns: ['应聘', '编号', '总分', '维度', '亮点', '更新时间'],
      rows: store.reports
        .all()
        .map(stored => [
          stored.application_id,
          stored.ref,
          `${text(stored.report['overall'])} / ${text(stored.report['max_score'])}`,
          ((stored.report['dimensions'] ?? []) as readonly { code: string; name?: string; score: number }[])
            .map(dimension => `${dimension.name ?? dimension.code} ${dimension.score}`)
            .join('\n'),
          ((stored.report['highlights'] ?? []) as readonly string[]).join('\n'),
          time(stored.updated_at),
        ]),
    },
    {
      title: '职位',
      columns: ['职位', '编号', '部门', '状态', '能力模型', '操作'],
      rows: store.shelves.position
        .all()
        .map(entry => [
          text(entry['title']),
          text(entry['code']),
          text(entry['department']),
          entry['status'] === 'OPEN' ? '招聘中' : entry['status'] === 'CLOSED' ? '已关闭' : '草稿',
          ((entry['competencies'] ?? []) as readonly { name: string; weight: number }[])
            .map(competency => `${competency.name} ${competency.weight}%`)
            .join('\n'),
          { actions: [{ label: '发布', control: 'openPosition', input: { id: entry.id } }] },
        ]),
    },
    {
      title: '录用',
      columns: ['候选人', '月薪', '入职日期', '状态', '更新时间'],
      rows: store.shelves.offer
        .all()
        .map(offer => [
          name(offer['candidate_id']),
          text(offer['salary']),
          text(offer['start_date']),
          text(offer['status']),
          time(offer.updated_at),
        ]),
    },
    {
      title: '人才库投递',
      note: '点击后，该候选人的简历进入系统并推送给集成平台。',
      columns: ['姓名', '应聘职位', '操作'],
      rows: APPLICANTS.map(applicant => [
        applicant.name,
        position(applicant.position),
        { actions: [{ label: '投递', control: 'apply', input: { applicant: applicant.key } }] },
      ]),
    },
  ]
}

function stageButton(application: Thing): Cell {
  if (application['stage'] !== 'NEW') return null
  return {
    actions: [
      { label: '初筛通过', control: 'moveStage', input: { id: application.id, stage: 'SCREEN_PASS' } },
      { label: '淘汰', control: 'moveStage', input: { id: application.id, stage: 'REJECTED' } },
    ],
  }
}

function assessmentRow(candidate: Thing): Cell[] {
  const assessment = (candidate['assessment'] ?? {}) as Record<string, unknown>
  const plan = (candidate['training_plan'] ?? { items: [] }) as {
    items: readonly { course_title?: string; course_code: string; reason?: string }[]
  }
  return [
    text(candidate['name']),
    assessment['score'] === undefined
      ? ''
      : `${text(assessment['score'])} / ${text(assessment['max_score'])}`,
    text(assessment['composite']),
    CONCLUSION_WORDS[text(assessment['conclusion'])] ?? '',
    ((candidate['custom_fields'] ?? []) as unknown as readonly CustomField[])
      .map(field => `${field.name ?? field.code}：${text(field.value)}`)
      .join('\n'),
    plan.items.map(item => `${item.course_title ?? item.course_code}（${item.reason ?? ''}）`).join('\n'),
  ]
}
