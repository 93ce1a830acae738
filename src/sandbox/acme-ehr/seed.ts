/** Fills an empty EHR with the company: people and positions at once, applicants when they apply. */
import type { Json } from '../../kernel/json.js'
import { APPLICANTS, type CompanyApplicant, PEOPLE, POSITIONS } from '../company.js'
import type { EhrStore } from './store.js'
import type { Thing } from './things.js'

/** Quiet: an EHR that was there before the hub says nothing of its own accord. */
export function seedCompany(store: EhrStore): void {
  for (const { id, suite: _suite, ...person } of PEOPLE)
    store.create('person', { ...person, active: true }, { id, quiet: true })
  for (const { id, owner, interviewers, ...position } of POSITIONS)
    store.create(
      'position',
      {
        ...position,
        competencies: position.competencies as Json,
        status: 'DRAFT',
        assessment: { required: true, package: 'standard', provider: 'nova-ai' },
        owner_id: owner,
        interviewer_ids: [...interviewers],
      },
      { id, quiet: true },
    )
}

export function applicantOf(key: string): CompanyApplicant {
  const found = APPLICANTS.find(applicant => applicant.key === key)
  if (!found) throw new Error(`no applicant ${key}; known: ${APPLICANTS.map(a => a.key).join(', ')}`)
  return found
}

/** The applicant's résumé arrives: a candidate and an application in stage NEW. */
export function apply(
  store: EhrStore,
  applicant: CompanyApplicant,
): { candidate: Thing; application: Thing } {
  const candidate = store.create('candidate', {
    name: applicant.name,
    phones: [{ type: 'MOBILE', number: applicant.mobile }],
    emails: [applicant.email],
    resume: {
      text: applicant.experience.map(job => `${job.company}（${job.title}）：${job.description}`).join('\n'),
      file_url: null,
      education: applicant.education as Json,
      experience: applicant.experience as Json,
      skills: applicant.skills as Json,
    },
    source: applicant.source,
    preferred_channel: applicant.preferredChannel,
    salary_expectation: applicant.salary,
    available_from: applicant.availableFrom,
    tags: [],
    assessment: null,
    training_plan: null,
    custom_fields: [],
  })
  const application = store.create('application', {
    candidate_id: candidate.id,
    position_id: applicant.position,
    stage: 'NEW',
    stage_changed_at: candidate.updated_at,
    reject_reason: null,
    composite: null,
    custom_fields: [],
  })
  return { candidate, application }
}
