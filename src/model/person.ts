/** HR staff, interviewers, approvers: people of the company. Their accounts in office suites are links. */
import { defineKind, list, personal, text } from './kind.js'

export const person = defineKind({
  kind: 'person',
  plural: 'persons',
  description: 'A person of the company: HR, interviewer, approver.',
  fields: {
    name: personal('name', 'Full name.'),
    phones: list(personal('phone', 'E.164.'), 'Mobile numbers, E.164.'),
    emails: list(personal('email', 'Lower case.'), 'Mail addresses, lower case.'),
    title: text('Title in the company.'),
    department: text('Department.'),
  },
  identity: { phones: 'phone', emails: 'email' },
})
