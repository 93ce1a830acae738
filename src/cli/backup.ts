/** `hrhub backup FILE`: the whole embedded ledger as one file, taken from the running hub or from its folder. */
import { resolve } from 'node:path'
import type { Invocation } from './invocation.js'
import { operate } from './operator/operate.js'
import { columns, type Exit } from './terminal.js'

export async function backup({ settings, terminal }: Invocation, file: string): Promise<Exit> {
  const made = await operate(settings, 'ledger', ask => ask('backup', { file: resolve(file) }))
  terminal.show(made, [
    ...columns([
      ['file', made.file],
      ['bytes', String(made.bytes)],
    ]),
    'It holds personal data, and is of use only together with the master key (HRHUB_KEY, or `key` in the data folder).',
  ])
  return 0
}
