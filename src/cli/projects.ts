/** Which folders the settings name: `tenants/*` is each folder in it. */
import { join } from 'node:path'
import { foldersIn } from '../pipeline/config/source-file.js'

export async function foldersOf(projects: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all(
    projects.map(async project => {
      if (!project.endsWith('/*')) return [project]
      const parent = project.slice(0, -2)
      return (await foldersIn(parent)).map(name => join(parent, name))
    }),
  )
  return found.flat()
}
