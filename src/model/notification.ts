/** A message to a person over any channel, with what became of it. */
import { atomic, choice, defineKind, map, personal, state, text } from './kind.js'
import { inOrder } from './state-machine.js'

const WALK = ['queued', 'sent', 'delivered', 'read', 'failed']

export const notification = defineKind({
  kind: 'notification',
  plural: 'notifications',
  description: 'A message to a person.',
  fields: {
    about: atomic({ kind: text('Kind of the record.'), id: text('Its id.') }, 'What it is about.'),
    to: personal('phone', 'Address in the channel.'),
    channel: choice(['oa', 'mail', 'sms'], 'How it goes.'),
    template: text('Template.'),
    params: map({ 'x-personal': 'text' }, 'Values of the template.'),
    state: state(['queued', 'sent', 'delivered', 'read', 'failed'], 'What became of it.'),
    failed_because: text('Why it failed.'),
  },
  machines: { state: { order: inOrder(WALK), ends: ['failed'], endsBefore: { failed: 'delivered' } } },
})
