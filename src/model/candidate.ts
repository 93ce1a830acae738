/** A candidate: the person, across all applications. Fields follow HR Open Standards Candidate and schema.org Person. */
import Type from 'typebox'
import { address, atomic, choice, day, defineKind, list, number, personal, text } from './kind.js'

export const candidate = defineKind({
  kind: 'candidate',
  plural: 'candidates',
  description: 'A person who applies, or may.',
  fields: {
    name: personal('name', 'Full name as the candidate writes it.'),
    given_name: personal('name', 'Given name.'),
    family_name: personal('name', 'Family name.'),
    phones: list(personal('phone', 'E.164.'), 'Phone numbers, E.164, the preferred first.'),
    emails: list(personal('email', 'Lower case.'), 'Mail addresses, lower case, the preferred first.'),
    oa: list(
      Type.Object({
        suite: text('feishu, dingtalk, wecom.'),
        type: text('open_id, union_id, userid.'),
        id: personal('account', 'The id.'),
      }),
      'Accounts in office suites.',
    ),
    education: list(
      Type.Partial(
        Type.Object({
          school: text('School.'),
          degree: text('Degree.'),
          major: text('Major.'),
          start: text('Begin, year-month or day.'),
          end: text('End.'),
        }),
      ),
      'Education, newest first.',
    ),
    experience: list(
      Type.Partial(
        Type.Object({
          company: text('Company.'),
          title: text('Title.'),
          start: text('Begin.'),
          end: text('End.'),
          description: text('What was done.', { 'x-personal': 'text' }),
        }),
      ),
      'Work experience, newest first.',
    ),
    skills: list(
      Type.Partial(Type.Object({ name: text('Skill.'), level: text('Level in the source’s words.') })),
      'Skills.',
    ),
    source: text('Where the candidate came from.'),
    preferred_channel: choice(['oa', 'mail', 'sms'], 'How the candidate wants to be reached.'),
    salary_expectation: number('Per month, in the company’s currency.', { 'x-personal': 'salary' }),
    available_from: day('First possible day of work.'),
    resume: atomic(
      {
        blob: text('Hash of the file in the blob store.'),
        text: personal('text', 'The résumé as text.'),
        url: address('Where the source keeps it.', { 'x-personal': 'url' }),
      },
      'Résumé.',
    ),
    portrait: text('Hash of the picture in the blob store.'),
  },
  identity: { phones: 'phone', emails: 'email' },
})
