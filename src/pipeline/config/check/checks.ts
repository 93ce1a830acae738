/** Every check of all flows together. Adding one: a file beside this and a line here. */
import type { Check } from './check.js'
import { findCircles } from './circles.js'
import { findDead } from './dead.js'
import { findDoubles } from './doubles.js'
import { findForeignEntries } from './entries.js'
import { findHeld } from './held.js'
import { findUnfilledLinks } from './links.js'
import { findUnsaidPersonal } from './personal.js'
import { findLostReferences } from './references.js'

export const CHECKS: readonly Check[] = [
  findDead,
  findDoubles,
  findHeld,
  findCircles,
  findUnfilledLinks,
  findForeignEntries,
  findLostReferences,
  findUnsaidPersonal,
]
