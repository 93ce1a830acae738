/** `hrhub sandbox`: what `npm start` runs. The sandbox is a door of its own; the root hands it in. */
import type { Invocation } from './invocation.js'
import { openSandboxDoor } from './open-doors.js'
import type { Exit } from './terminal.js'
import { type Signals, untilStopped } from './until-stopped.js'

export async function sandbox({ settings, doors }: Invocation, signals?: Signals): Promise<Exit> {
  return untilStopped(
    {
      async start(stopAsked) {
        const { log, stop } = await doors.sandbox(settings, {
          openDoor: hub => openSandboxDoor(hub, doors.api),
          stopAsked,
        })
        return { log, close: stop }
      },
    },
    signals,
  )
}
