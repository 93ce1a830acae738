/** Verdict of a background check. */
import { address, choice, defineKind, instant, ref, text } from './kind.js'

export const backgroundCheck = defineKind({
  kind: 'background_check',
  plural: 'background_checks',
  description: 'What a background check found.',
  fields: {
    candidate: ref('candidate', 'Whose.'),
    application: ref('application', 'For which application.'),
    verdict: choice(['clear', 'consider', 'fail', 'pending'], 'What it found.'),
    verdict_source: text('The provider’s own word.'),
    reported_at: instant('When.'),
    url: address('The provider’s page.'),
  },
})
