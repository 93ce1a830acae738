/**
 * A journey is a list of scenes. Each says in plain words what happens, presses something at a vendor, and waits
 * until other systems hold what they should. Scenes look before they press, so a journey that was killed goes on.
 */
import type { Access } from './access.js'

/** What the journey remembers between scenes and across a kill. */
export type Memory = Record<string, string>

export interface Scene {
  readonly id: string
  /** Heading it stands under; printed once. */
  readonly chapter: string
  readonly tell: string
  /** Presses what starts it; must do nothing when it was pressed before. */
  readonly press?: (access: Access, memory: Memory) => Promise<void>
  /** What was seen, in words, once it is so; undefined = not yet. */
  readonly seen: (access: Access, memory: Memory) => Promise<string | undefined>
  /** Link or file to look at. */
  readonly look: (access: Access, memory: Memory) => string
  /** Longest wait; longer is a failure of the journey. */
  readonly within?: number
}

export interface Told {
  readonly id: string
  readonly tookMs: number
  readonly seen: string
}

export interface Telling {
  readonly access: Access
  readonly scenes: readonly Scene[]
  readonly memory: Memory
  readonly print: (line: string) => void
  readonly save: () => void
  readonly stopped: () => boolean
}

const LOOK_EVERY_MS = 40
const WITHIN_MS = 20_000

/** Plays the scenes in order; those that were played before are told, not waited for again. @throws Error naming the scene that did not come true and what was missing */
export async function play({ access, scenes, memory, print, save, stopped }: Telling): Promise<Told[]> {
  const told: Told[] = []
  let chapter = ''
  for (const scene of scenes) {
    if (stopped()) return told
    if (scene.chapter !== chapter) print(`\n${scene.chapter}`)
    chapter = scene.chapter
    const before = memory[`done:${scene.id}`]
    if (before !== undefined) {
      // What it saw may be past: the candidate has moved on since.
      print(`  ✓ ${scene.tell}`)
      print(`    ${memory[`seen:${scene.id}`] ?? ''}  (before, at ${before})`)
      continue
    }
    const started = performance.now()
    await scene.press?.(access, memory)
    save()
    const seen = await waitFor(scene, access, memory, stopped)
    if (seen === undefined) return told
    const tookMs = Math.round(performance.now() - started)
    memory[`done:${scene.id}`] = new Date().toISOString()
    memory[`seen:${scene.id}`] = seen
    save()
    told.push({ id: scene.id, tookMs, seen })
    print(`  ✓ ${scene.tell}`)
    print(`    ${seen}  (${tookMs} ms)`)
    print(`    → ${scene.look(access, memory)}`)
  }
  return told
}

async function waitFor(
  scene: Scene,
  access: Access,
  memory: Memory,
  stopped: () => boolean,
): Promise<string | undefined> {
  const until = performance.now() + (scene.within ?? WITHIN_MS)
  for (;;) {
    const seen = await scene.seen(access, memory)
    if (seen !== undefined || stopped()) return seen
    if (performance.now() > until)
      throw new Error(
        `“${scene.tell}” did not come true within ${(scene.within ?? WITHIN_MS) / 1000} s; look at ${scene.look(access, memory)}`,
      )
    await new Promise(resolve => setTimeout(resolve, LOOK_EVERY_MS))
  }
}
