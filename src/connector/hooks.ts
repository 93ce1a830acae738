/**
 * Loads a connector's hooks.ts: compiled (`dist/connectors/…/hooks.js`) where the hub itself runs compiled,
 * the source beside the manifest where a TypeScript runner runs it. Loaded at first use, once.
 */
import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { HubError } from '../kernel/errors.js'
import type { Hooks } from './sdk.js'

const HERE = fileURLToPath(import.meta.url)
const COMPILED = HERE.endsWith('.js')
/** …/dist when compiled, the project's folder else. */
const ROOT = resolve(HERE, '..', '..', '..')

/** Where the hooks of a folder are imported from; undefined where neither form is there. */
export function hooksFile(folder: string, name: string): string | undefined {
  const source = resolve(folder, name)
  if (!COMPILED) return existsSync(source) ? source : undefined
  const compiled = source.replace(/\.ts$/, '.js')
  const inside = relative(resolve(ROOT, '..'), compiled)
  const candidates = inside.startsWith('..') ? [compiled] : [join(ROOT, inside), compiled]
  return candidates.find(file => existsSync(file))
}

export function lazyHooks(file: string): () => Promise<Hooks> {
  let loading: Promise<Hooks> | undefined
  return () => {
    loading ??= import(pathToFileURL(file).href).then(
      (module: Hooks) => module,
      (cause: unknown) => {
        loading = undefined
        throw new HubError('HUB_DEFECT', { detail: `cannot load ${file}`, where: { file }, cause })
      },
    )
    return loading
  }
}
