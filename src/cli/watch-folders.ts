/**
 * Tells that something below some folders has changed, once for a burst of writes, and never while it is still being
 * told of the last one. Folders that appear later are watched, too. Each folder is watched by itself: editors that
 * replace a file by another are seen everywhere, and nothing depends on what a system can watch as a whole.
 */
import { existsSync, type FSWatcher, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'

export interface FolderWatcher {
  close(): Promise<void>
}

/** Editors write a file in two or three steps. */
const BURST_MS = 100
/** A folder of an integrator has some dozens. */
const MOST_FOLDERS = 2000
const MOST_DEPTH = 8

/**
 * @param roots folders watched with all below them, there or not yet
 * @param parents folders of which only the entries matter: a root that is made is seen there
 * @param failed told of what `changed` throws; the watch goes on
 */
export function watchFolders(
  { roots, parents }: { readonly roots: readonly string[]; readonly parents: readonly string[] },
  changed: () => Promise<void>,
  failed: (error: unknown) => void,
): FolderWatcher {
  const watchers = new Map<string, FSWatcher>()
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> | undefined
  let again = false
  let closed = false

  function look(): void {
    const all = [
      ...parents.filter(parent => existsSync(parent)),
      ...roots.flatMap(root => foldersBelow(root, 0)),
    ]
    const folders = new Set(all.slice(0, MOST_FOLDERS))
    for (const [folder, watcher] of watchers)
      if (!folders.has(folder)) {
        watcher.close()
        watchers.delete(folder)
      }
    for (const folder of folders) if (!watchers.has(folder)) open(folder)
  }

  function open(folder: string): void {
    try {
      const watcher = watch(folder, () => stir())
      // A folder that was removed ends its watch; the next look finds out.
      watcher.on('error', () => stir())
      watchers.set(folder, watcher)
    } catch (error) {
      // It went between the look and the watch.
      if (!isMissing(error)) failed(error)
    }
  }

  function stir(): void {
    if (closed) return
    clearTimeout(timer)
    timer = setTimeout(run, BURST_MS)
  }

  function run(): void {
    if (running) {
      again = true
      return
    }
    look()
    running = changed()
      .catch(failed)
      .finally(() => {
        running = undefined
        if (again && !closed) {
          again = false
          run()
        }
      })
  }

  look()
  return {
    async close() {
      closed = true
      clearTimeout(timer)
      for (const watcher of watchers.values()) watcher.close()
      await running
    },
  }
}

function foldersBelow(folder: string, depth: number): string[] {
  if (depth > MOST_DEPTH) return []
  try {
    const entries = readdirSync(folder, { withFileTypes: true })
    const below = entries.filter(
      entry => entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules',
    )
    return [folder, ...below.flatMap(entry => foldersBelow(join(folder, entry.name), depth + 1))]
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

const isMissing = (error: unknown) =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
