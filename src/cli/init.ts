/**
 * `hrhub init DIR`: a new integrator's folder from config/template, which passes `hrhub check` as it is and
 * teaches in its comments. A folder that holds anything is refused, never written over.
 */
import { cp, mkdir, readdir } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import { packageRoot } from '../config.js'
import { HubError } from '../kernel/errors.js'
import type { Invocation } from './invocation.js'
import { seenFrom } from './problems.js'
import type { Exit } from './terminal.js'

/** @throws HubError `CLI_FOLDER_TAKEN` */
export async function init({ terminal }: Invocation, dir: string): Promise<Exit> {
  const folder = resolve(dir)
  await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST' || error.code === 'ENOTDIR') throw taken(folder, 'is a file')
    throw error
  })
  if ((await readdir(folder)).length > 0) throw taken(folder, 'holds files already')
  await cp(join(packageRoot(), 'config', 'template'), folder, {
    recursive: true,
    errorOnExist: true,
    force: false,
  })
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter(entry => entry.isFile())
    .map(entry => relative(folder, join(entry.parentPath, entry.name)))
    .sort()
  const shown = seenFrom(process.cwd(), folder)
  terminal.show({ folder, files }, [
    `made ${shown}:`,
    ...files.map(file => `  ${file}`),
    '',
    `begin in ${join(shown, 'connections.yaml')}, then: npx hrhub check --project ${shown}`,
  ])
  return 0
}

const taken = (folder: string, why: string) =>
  new HubError('CLI_FOLDER_TAKEN', { detail: `${folder} ${why}` })
