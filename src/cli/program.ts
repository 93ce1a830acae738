/**
 * The command line: words to a command, a command to an exit. 0 good, 1 findings, 2 wrong use; whatever goes wrong
 * is said in the same way.
 */
import { Command, CommanderError } from 'commander'
import type { HubSettings } from '../config.js'
import { HubError } from '../kernel/errors.js'
import { COMMANDS, type CommandSpec, type OptionValues } from './commands.js'
import { showFailure } from './failure.js'
import type { Doors } from './invocation.js'
import { createTerminal, type Exit, type Streams } from './terminal.js'

export interface ProgramOptions {
  readonly version: string
  readonly streams: Streams
  readonly doors: Doors
  /** @param over settings given on the command line; they win over the environment */
  settings(over: Readonly<Record<string, string>>): HubSettings
}

const GROUPS: Readonly<Record<CommandSpec['group'], string>> = {
  Run: 'Run it:',
  Write: 'Write an integration:',
  Look: 'Look:',
  Mend: 'Mend:',
  Keep: 'Keep it:',
}

const PARENTS: Readonly<Record<string, string>> = {
  mapping: 'test, run, explain and compare mappings',
  connector: 'draft a connector, call a vendor by hand',
  keys: 'keys of the API',
}

const EXITS = `
Exit: 0 good, 1 findings, 2 wrong use. Every command takes --json.
Begin with:  hrhub init my-company  →  hrhub check --project my-company  →  hrhub serve --project my-company`

/** @param words what follows `hrhub` */
export async function run(words: readonly string[], options: ProgramOptions): Promise<Exit> {
  let exit: Exit = 0
  const program = build(options, done => {
    exit = done
  })
  try {
    await program.parseAsync([...words], { from: 'user' })
    return exit
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2
    return showFailure(createTerminal(options.streams, words.includes('--json')), error)
  }
}

function build(options: ProgramOptions, done: (exit: Exit) => void): Command {
  const program = new Command('hrhub')
    .description('Integration middleware for HR: every system’s picture of a candidate, kept the same.')
    .version(options.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .addHelpText('after', EXITS)
  quiet(program, options)
  for (const spec of COMMANDS) add(program, spec, options, done)
  return program
}

function add(program: Command, spec: CommandSpec, options: ProgramOptions, done: (exit: Exit) => void): void {
  const { parent, usage } = placeOf(spec)
  const holder = parent === undefined ? program : parentOf(program, parent, spec, options)
  const command = holder.command(usage).summary(spec.summary).description(sentence(spec.summary))
  if (parent === undefined) command.helpGroup(GROUPS[spec.group])
  quiet(command, options)
  for (const [flags, about, fallback] of spec.options ?? []) command.option(flags, about, fallback)
  command.option('--json', 'print one JSON document')
  if (spec.more !== undefined) command.addHelpText('after', `\n${spec.more}`)
  command.action(async (...given: unknown[]) => {
    const values = command.opts<OptionValues>()
    const args = given.slice(0, command.registeredArguments.length) as (string | string[] | undefined)[]
    const project = values['project']
    const settings = options.settings(typeof project === 'string' ? { HRHUB_PROJECT: project } : {})
    const terminal = createTerminal(options.streams, values['json'] === true)
    done(await spec.run({ settings, terminal, doors: options.doors }, args, values))
  })
}

/** `mapping run <name>` stands below `mapping`. */
function placeOf({ usage }: CommandSpec): { readonly parent: string | undefined; readonly usage: string } {
  const [first = '', second] = usage.split(' ')
  if (second === undefined || /^[<[]/.test(second)) return { parent: undefined, usage }
  return { parent: first, usage: usage.slice(first.length + 1) }
}

function parentOf(program: Command, name: string, spec: CommandSpec, options: ProgramOptions): Command {
  const known = program.commands.find(command => command.name() === name)
  if (known) return known
  const about = PARENTS[name]
  if (about === undefined) throw new HubError('HUB_DEFECT', { detail: `the command ${name} has no text` })
  const made = program.command(name).summary(about).description(sentence(about)).helpGroup(GROUPS[spec.group])
  return quiet(made, options)
}

const sentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`

/** Errors come back as values; text goes where the caller says. */
function quiet(command: Command, { streams }: ProgramOptions): Command {
  return command
    .exitOverride()
    .showHelpAfterError('(--help shows how it is used)')
    .configureOutput({
      writeOut: text => void streams.out.write(text),
      writeErr: text => void streams.err.write(text),
    })
}
