/** Every kind of the hub, by name and by plural. Adding one: a file beside this and a line here. */
import { application } from './application.js'
import { backgroundCheck } from './background-check.js'
import { candidate } from './candidate.js'
import { course } from './course.js'
import { demand } from './demand.js'
import { employee } from './employee.js'
import { evaluation } from './evaluation.js'
import { examResult } from './exam-result.js'
import { feedback } from './feedback.js'
import { interview } from './interview.js'
import type { KindDefinition } from './kind.js'
import { notification } from './notification.js'
import { offer } from './offer.js'
import { person } from './person.js'
import { position } from './position.js'
import { scoreReport } from './score-report.js'
import { trainingPlan } from './training-plan.js'

const ALL: readonly KindDefinition[] = [
  position,
  person,
  candidate,
  application,
  interview,
  scoreReport,
  evaluation,
  examResult,
  backgroundCheck,
  offer,
  course,
  trainingPlan,
  notification,
  demand,
  feedback,
  employee,
]

export const KINDS: ReadonlyMap<string, KindDefinition> = new Map(ALL.map(kind => [kind.kind, kind]))
export const KINDS_BY_PLURAL: ReadonlyMap<string, KindDefinition> = new Map(
  ALL.map(kind => [kind.plural, kind]),
)
