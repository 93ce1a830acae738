/** `hrhub sandbox`: what `npm start` runs. The sandbox is a door of its own; the root hands it in. */
import type { Invocation } from './invocation.js'
import { openSandboxDoor } from './open-doors.js'
import type { Exit } from './terminal.js'
import { untilStopped } from './until-stopped.js'

export async function sandbox({ settings, doors }: Invocation): Promise<Exit> {
  const running = await doors.sandbox(settings, hub => openSandboxDoor(hub, doors.api))
  return untilStopped({ log: running.log, close: () => running.stop() })
}
