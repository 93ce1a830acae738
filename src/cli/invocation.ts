/** What every command is given: settings, a terminal, and the doors that only the root may open. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { HubSettings } from '../config.js'
import type { ForeignDocument } from '../connector/draft/read-document.js'
import type { Hub } from '../hub.js'
import type { Log } from '../pipeline/parts.js'
import type { Terminal } from './terminal.js'

/** Doors never import each other: src/main.ts hands these in. */
export interface Doors {
  /** Opens the HTTP API at the host and port of the settings. */
  api(hub: Hub): Promise<OpenApi>
  /** Opens, at the same place, only what balancers and monitors ask: for a worker. */
  health(hub: Hub): Promise<OpenApi>
  /** Runs the simulated vendors and a hub between them. */
  sandbox(
    settings: HubSettings,
    options: {
      readonly openDoor: (hub: Hub) => Promise<SandboxDoor>
      /** Whether the process was told to stop while it was starting. */
      readonly stopAsked: () => boolean
    },
  ): Promise<{ readonly log: Log; stop(): Promise<void> }>
  /** Runs one vendor simulated from its document alone, on 127.0.0.1. @param port 0 = any free one */
  vendor(name: string, document: ForeignDocument, port: number): Promise<SimulatedVendor>
}

export interface SimulatedVendor {
  readonly address: string
  /** What every key, user and password is. */
  readonly credential: string
  close(): Promise<void>
}

export interface OpenApi {
  /** Where it listens, `http://127.0.0.1:3000`. */
  readonly address: string
  close(): Promise<void>
}

export interface SandboxDoor {
  readonly url: string
  readonly adminKey: string
  close(): Promise<void>
}

export interface Invocation {
  readonly settings: HubSettings
  readonly terminal: Terminal
  readonly doors: Doors
}

/** The integrators' folders: as set, else the working directory. */
export function projectsOf(settings: HubSettings): readonly string[] {
  return settings.projects.length > 0 ? settings.projects : [process.cwd()]
}

/** Settings under which the hub starts here. */
export function withProjects(settings: HubSettings): HubSettings {
  return { ...settings, projects: projectsOf(settings) }
}

export const isProject = (folder: string) => existsSync(join(folder, 'connections.yaml'))
