/**
 * Every command: its words, its help, and the file that does it, loaded only when it is called. The table is the
 * help; program.ts turns it into a parser.
 */
import type { Invocation } from './invocation.js'
import type { Exit } from './terminal.js'

export type OptionValues = Readonly<Record<string, string | boolean | readonly string[] | undefined>>
type Args = readonly (string | readonly string[] | undefined)[]

export interface CommandSpec {
  /** `mapping run <name> <file>`: words, then arguments as commander writes them. */
  readonly usage: string
  readonly group: 'Run' | 'Write' | 'Look' | 'Mend' | 'Keep'
  readonly summary: string
  /** More words for its own help; examples among them. */
  readonly more?: string
  /** Flags, text, default. Each command has --json besides. */
  readonly options?: readonly (readonly [flags: string, about: string, fallback?: string])[]
  run(cx: Invocation, args: Args, options: OptionValues): Promise<Exit>
}

const PROJECT = [
  '--project <dir>',
  'the integrator’s folder (HRHUB_PROJECT, else the working directory)',
] as const
const TENANT = ['--tenant <name>', 'whose', 'default'] as const
const ANY_TENANT = ['--tenant <name>', 'whose, where the folders name several'] as const

const one = (args: Args, index: number): string => {
  const arg = args[index]
  return typeof arg === 'string' ? arg : ''
}
const maybe = (args: Args, index: number): string | undefined => one(args, index) || undefined
const many = (args: Args, index: number): readonly string[] => {
  const arg = args[index]
  return Array.isArray(arg) ? (arg as readonly string[]) : []
}
const text = (options: OptionValues, name: string): string | undefined => {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}
const tenantOf = (options: OptionValues) => ({ tenant: text(options, 'tenant') ?? 'default' })

export const COMMANDS: readonly CommandSpec[] = [
  {
    usage: 'serve',
    group: 'Run',
    summary: 'run the hub',
    more: 'Prints where it listens and, at the very first start, the admin key. Ctrl-C stops it in order; SIGHUP reads\nthe folder again and keeps the last good configuration.\n\n  hrhub serve --project my-company\n  DATABASE_URL=postgres://… HRHUB_KEY=… hrhub serve --role worker',
    options: [['--role <role>', 'all, api (takes in) or worker (delivers)', 'all'], PROJECT],
    run: async (cx, _args, options) => (await import('./serve.js')).serve(cx, text(options, 'role') ?? 'all'),
  },
  {
    usage: 'sandbox',
    group: 'Run',
    summary: 'run the hub with simulated vendors and walk a candidate through them (what `npm start` does)',
    more: 'With --vendor one vendor alone is simulated, made of the OpenAPI document of its connector:\n\n  hrhub sandbox --vendor acme --project my-company --port 4010',
    options: [
      ['--vendor <name>', 'only this connector’s vendor, from its document alone; no hub'],
      ['--port <port>', 'with --vendor: where it listens; default any free one'],
      PROJECT,
    ],
    async run(cx, _args, options) {
      const vendor = text(options, 'vendor')
      if (vendor === undefined) return (await import('./sandbox.js')).sandbox(cx)
      return (await import('./sandbox-vendor.js')).sandboxVendor(cx, vendor, text(options, 'port'))
    },
  },
  {
    usage: 'init <dir>',
    group: 'Write',
    summary: 'make a new integrator’s folder, with comments that teach',
    run: async (cx, args) => (await import('./init.js')).init(cx, one(args, 0)),
  },
  {
    usage: 'check',
    group: 'Write',
    summary: 'show every problem of the folder as file:line:column; without --project also of all that ships',
    more: 'Connectors, mappings with their tests, flows, ownership. Nothing is opened, called or written. Exit 1 where\nthere is an error; warnings leave it at 0.',
    options: [PROJECT],
    run: async cx => (await import('./check.js')).check(cx),
  },
  {
    usage: 'mapping test [name]',
    group: 'Write',
    summary: 'run the tests that stand in mapping files; tells the lines that no test reaches',
    more: '  hrhub mapping test --watch     # again for each file that changes, or whose table or connector does',
    options: [['--watch', 'run again what changes, until Ctrl-C'], PROJECT],
    run: async (cx, args, options) => {
      const { mappingTest, mappingWatch } = await import('./mapping-test.js')
      return (options['watch'] === true ? mappingWatch : mappingTest)(cx, maybe(args, 0))
    },
  },
  {
    usage: 'mapping run <name> <file>',
    group: 'Write',
    summary: 'map one input (JSON or YAML; - is standard input) and print the result',
    more: 'The file holds the source itself, or { given, settings, records, external, item } as in a test.\n\n  hrhub mapping run my-company/candidate.in candidate.json\n  curl -s … | hrhub mapping run my-company/candidate.in -',
    options: [PROJECT],
    run: async (cx, args) => (await import('./mapping-run.js')).mappingRun(cx, one(args, 0), one(args, 1)),
  },
  {
    usage: 'mapping explain <name> <file>',
    group: 'Write',
    summary: 'map one input and show each field: its rule, what it read, what came out',
    options: [PROJECT],
    run: async (cx, args) =>
      (await import('./mapping-explain.js')).mappingExplain(cx, one(args, 0), one(args, 1)),
  },
  {
    usage: 'mapping diff <name>',
    group: 'Write',
    summary:
      'what the mapping as it is on disk would change: read over the messages in the ledger, nothing is written',
    more: 'Records that would change, by which path, and what would newly be refused or taken. Exit 0: nothing would\nchange, 1: something would, 2: it could not be told. Works beside a running hub.\n\n  hrhub mapping diff my-company/candidate.in --since 30d',
    options: [
      ['--since <time>', 'only messages since a time, or so long ago (90s, 2h, 3d)'],
      ['--connection <name>', 'only its messages'],
      ['--sample <count>', 'records to show', '5'],
      ['--show', 'show personal values instead of masking them'],
      TENANT,
      PROJECT,
    ],
    run: async (cx, args, options) =>
      (await import('./mapping-diff.js')).mappingDiff(cx, one(args, 0), {
        since: text(options, 'since'),
        connection: text(options, 'connection'),
        sample: text(options, 'sample') ?? '5',
        show: options['show'] === true,
        ...tenantOf(options),
      }),
  },
  {
    usage: 'connector new <name>',
    group: 'Write',
    summary: 'draft a connector, its mappings and fixtures from a vendor’s OpenAPI document',
    more: 'Nothing there is written over. What the document does not say is left as a question (`# ?:`) that\n`hrhub check` lists.\n\n  hrhub connector new acme --openapi acme.yaml --project my-company',
    options: [['--openapi <file>', 'the document, OpenAPI 3.0 or 3.1, JSON or YAML'], PROJECT],
    run: async (cx, args, options) =>
      (await import('./connector-new.js')).connectorNew(cx, one(args, 0), text(options, 'openapi')),
  },
  {
    usage: 'connector test <connection>',
    group: 'Write',
    summary: 'call the vendor’s check with the real settings: is it reachable, are the credentials right',
    options: [PROJECT, ANY_TENANT],
    run: async (cx, args, options) =>
      (await import('./connector-test.js')).connectorTest(cx, one(args, 0), text(options, 'tenant')),
  },
  {
    usage: 'connector run <connection> <operation> <file>',
    group: 'Write',
    summary: 'one operation by hand: RESOURCE.create, .update, .delete or .put with a mapped body',
    more: '  hrhub connector run feishu event.create event.json --dry     # prints the request, sends nothing',
    options: [
      ['--dry', 'print the request, send nothing'],
      ['--id <id>', 'the vendor’s id, for update and delete'],
      PROJECT,
      ANY_TENANT,
    ],
    run: async (cx, args, options) =>
      (await import('./connector-run.js')).connectorRun(cx, [one(args, 0), one(args, 1), one(args, 2)], {
        dry: options['dry'] === true,
        id: text(options, 'id'),
        tenant: text(options, 'tenant'),
      }),
  },
  {
    usage: 'explain <id>',
    group: 'Look',
    summary: 'the life of a message, a record or a delivery, step by step, and what happens next',
    options: [TENANT, PROJECT],
    run: async (cx, args, options) =>
      (await import('./explain.js')).explain(cx, one(args, 0), tenantOf(options)),
  },
  {
    usage: 'doctor',
    group: 'Look',
    summary: 'look at Node, disk, key, folder, ledger, channel, clock and every vendor',
    options: [['--offline', 'call no vendor'], PROJECT],
    run: async (cx, _args, options) =>
      (await import('./doctor.js')).doctor(cx, { offline: options['offline'] === true }),
  },
  {
    usage: 'config',
    group: 'Look',
    summary: 'every setting with its origin, and the address each vendor calls back; secrets masked',
    options: [PROJECT],
    run: async cx => (await import('./config.js')).config(cx),
  },
  {
    usage: 'import <file>',
    group: 'Run',
    summary:
      'take in a file (CSV, XLSX, NDJSON) through a mapping; a run that was killed goes on where it was',
    more: 'Refused rows stand in FILE.rejects.csv or .ndjson with their reasons; exit 1 where there are some.\n\n  hrhub import history.csv --mapping my-company/candidate.in --dry     # map and check, store nothing\n  hrhub import history.xlsx --mapping my-company/candidate.in --sheet 候选人\n  hrhub import history.csv --connection ehr --resource candidate --encoding gbk',
    options: [
      ['--mapping <name>', 'the .in mapping that reads the rows'],
      ['--connection <name>', 'whose rows, where several connections use the mapping'],
      ['--resource <name>', 'what they are there'],
      ['--format <format>', 'csv, xlsx or ndjson, where the name does not tell'],
      ['--encoding <name>', 'utf-8, utf-16, gb18030 (also gbk), where the bytes do not tell'],
      ['--delimiter <sign>', 'comma, semicolon, tab or |, where the header does not tell'],
      ['--sheet <name>', 'of an XLSX; else the first that is not hidden'],
      ['--blank <meaning>', 'an empty cell says nothing, or null: empty the value', 'nothing'],
      ['--rejects <file>', 'where refused rows are written'],
      ['--dry', 'map and check every row, store nothing'],
      ['--again', 'from the first row, also where the file was imported before'],
      TENANT,
      PROJECT,
    ],
    run: async (cx, args, options) =>
      (await import('./import.js')).importFile(cx, one(args, 0), {
        mapping: text(options, 'mapping'),
        connection: text(options, 'connection'),
        resource: text(options, 'resource'),
        format: text(options, 'format'),
        encoding: text(options, 'encoding'),
        delimiter: text(options, 'delimiter'),
        sheet: text(options, 'sheet'),
        blank: text(options, 'blank') ?? 'nothing',
        rejects: text(options, 'rejects'),
        dry: options['dry'] === true,
        again: options['again'] === true,
        ...tenantOf(options),
      }),
  },
  {
    usage: 'replay [messages...]',
    group: 'Mend',
    summary: 'fold stored messages again, after a mended mapping or a new flow',
    more: '  hrhub replay message_0192…\n  hrhub replay --since 2h --connection ehr\n  hrhub replay --since 2026-03-01T08:00 --connection ehr\n  hrhub replay --mapping my-company/candidate.in    # those that would say something else; goes on if it was killed',
    options: [
      ['--mapping <name>', 'only those that would say something else by it; see `mapping diff`'],
      ['--since <time>', 'all of a connection since a time, or so long ago (90s, 2h, 3d)'],
      ['--connection <name>', 'whose messages'],
      TENANT,
      PROJECT,
    ],
    run: async (cx, args, options) =>
      (await import('./replay.js')).replay(cx, {
        messages: many(args, 0),
        since: text(options, 'since'),
        connection: text(options, 'connection'),
        mapping: text(options, 'mapping'),
        ...tenantOf(options),
      }),
  },
  {
    usage: 'redrive [deliveries...]',
    group: 'Mend',
    summary: 'deliver again what is dead, parked or held, as the record is now',
    more: '  hrhub redrive delivery_0192…\n  hrhub redrive --code CONNECTOR_ANSWER_REFUSED --dry',
    options: [
      ['--code <code>', 'all whose last error has this code'],
      ['--dry', 'with --code: only count'],
      TENANT,
      PROJECT,
    ],
    run: async (cx, args, options) =>
      (await import('./redrive.js')).redrive(cx, {
        deliveries: many(args, 0),
        code: text(options, 'code'),
        dry: options['dry'] === true,
        ...tenantOf(options),
      }),
  },
  {
    usage: 'keys create <name>',
    group: 'Keep',
    summary: 'make a key of the API; it is shown once',
    more: '  hrhub keys create ehr-writer --scope records:read --scope records:write --connection ehr',
    options: [
      ['--scope <scopes...>', 'what it may do; see docs/api.md, or give a wrong one for the list'],
      ['--connection <name>', 'the one connection it writes records for'],
      TENANT,
      PROJECT,
    ],
    run: async (cx, args, options) => {
      const scopes = options['scope']
      return (await import('./keys.js')).keysCreate(cx, one(args, 0), {
        scopes: Array.isArray(scopes) ? (scopes as readonly string[]) : [],
        connection: text(options, 'connection'),
        ...tenantOf(options),
      })
    },
  },
  {
    usage: 'keys list',
    group: 'Keep',
    summary: 'the keys there are, without their text',
    options: [TENANT],
    run: async (cx, _args, options) => (await import('./keys.js')).keysList(cx, tenantOf(options)),
  },
  {
    usage: 'keys revoke <id>',
    group: 'Keep',
    summary: 'make a key open nothing any more',
    options: [TENANT],
    run: async (cx, args, options) =>
      (await import('./keys.js')).keysRevoke(cx, one(args, 0), tenantOf(options)),
  },
  {
    usage: 'migrate',
    group: 'Keep',
    summary: 'bring the ledger to this version; serve does it at its start',
    run: async cx => (await import('./migrate.js')).migrate(cx),
  },
  {
    usage: 'backup <file>',
    group: 'Keep',
    summary: 'the whole embedded ledger as one file, also while the hub runs',
    run: async (cx, args) => (await import('./backup.js')).backup(cx, one(args, 0)),
  },
  {
    usage: 'restored',
    group: 'Keep',
    summary: 'after a restore or a copy: pause all outbound connections, doubt what was begun',
    more: 'Run it before the hub starts on a ledger that came from a backup or is a copy of another, so that nothing\nis sent twice. Then look what each system holds, and resume its connection.',
    options: [
      [
        '--from <backup>',
        'start the empty data folder (HRHUB_DATA, with its `key`) from a file of `hrhub backup`',
      ],
      PROJECT,
    ],
    run: async (cx, _args, options) =>
      (await import('./restored.js')).restored(cx, { from: text(options, 'from') }),
  },
]
