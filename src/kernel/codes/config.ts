/** Error codes of the config room: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

const wrong = (title: string, remedy: string) => ({ kind: 'invalid', status: 422, title, remedy }) as const
const FOLDER = 'See "The integrator’s folder" in the README.'

export const CONFIG_CODES = {
  CONFIG_YAML_BROKEN: wrong(
    'The file is not valid YAML.',
    'Mend the place named; quote values that begin with a sign.',
  ),
  CONFIG_TENANT_UNKNOWN: {
    kind: 'absent',
    status: 404,
    title: 'There is no such tenant.',
    remedy: 'Name a tenant whose folder is in HRHUB_PROJECT.',
  },

  // The folder and its files.
  CONFIG_FILE_MISSING: wrong('A file or folder is missing.', FOLDER),
  CONFIG_FILE_LARGE: wrong('A file is larger than the hub reads.', 'Split it into several files.'),
  CONFIG_FILE_INVALID: wrong('The file is not as the schema describes it.', 'Mend the named place.'),
  CONFIG_WORD_UNKNOWN: wrong('There is no such word here.', 'Use a known word; mind the spelling.'),
  CONFIG_NAME_TAKEN: wrong('Two things have one name.', 'Give one of them another name.'),
  CONFIG_NAME_RESERVED: wrong('The name is reserved.', '`hub` and the names of kinds name no connection.'),
  CONFIG_NAME_DIFFERS: wrong(
    'The name in the file is not the name of the file.',
    'Rename the file, or mend the name in it.',
  ),
  CONFIG_QUESTION_OPEN: wrong(
    'A draft left a question open.',
    'Answer it in the file, then take the comment `# ?:` away.',
  ),

  // connections.yaml.
  CONFIG_CONNECTOR_UNKNOWN: wrong(
    'There is no such connector.',
    'Use a shipped connector, or add connectors/<name>/connector.yaml.',
  ),
  CONFIG_SETTING_UNKNOWN: wrong('The connector has no such setting.', 'Use a setting of its manifest.'),
  CONFIG_SETTING_MISSING: wrong('A required setting has no value.', 'Add it under `settings`.'),
  CONFIG_SETTING_INVALID: wrong('A setting has the wrong type.', 'Give it a value of the type named.'),
  CONFIG_SECRET_MISSING: wrong(
    'A value that the configuration takes from outside is not there.',
    'Set the environment variable, or mount the file, that the text names.',
  ),
  CONFIG_INTERPOLATION_INVALID: wrong(
    'A `${…}` is not well formed.',
    'Write `${NAME}` or `${file:/path}`; a literal `${` is written `$${`.',
  ),

  // Flows.
  CONFIG_FLOW_ENDS_INVALID: wrong(
    'A flow does not lead from a system to a kind, or from a kind to a system.',
    'Write connection.resource on one side and a kind (to the hub: hub.<kind>) on the other.',
  ),
  CONFIG_FLOW_WORD_UNFIT: wrong(
    'A word does not fit this flow.',
    'Leave it out, or add the word it belongs to.',
  ),
  CONFIG_CONNECTION_UNKNOWN: wrong('There is no such connection.', 'Use a connection of connections.yaml.'),
  CONFIG_RESOURCE_UNKNOWN: wrong('The connector has no such resource.', 'Use a resource of its manifest.'),
  CONFIG_KIND_UNKNOWN: wrong('There is no such kind.', 'Use a kind of docs/flows.md.'),
  CONFIG_MAPPING_UNKNOWN: wrong('There is no such mapping.', 'Add mappings/<name>.yaml.'),
  CONFIG_MAPPING_UNFIT: wrong(
    'The mapping is for something else.',
    'Use a mapping whose `from` and `to` are those of the flow.',
  ),
  CONFIG_EACH_INVALID: wrong(
    '`each` names no list of the record.',
    'Write record.<list>, and a `key` that tells its entries apart.',
  ),
  CONFIG_READ_DEEP: wrong(
    'A path follows more references than the hub loads.',
    'Keep what is needed nearer: at most four references in a row.',
  ),
  CONFIG_FLOW_DEAD: wrong(
    'A flow can never do anything.',
    'Choose a resource with the ability, or remove the flow.',
  ),
  CONFIG_FLOW_DOUBLE: wrong(
    'Two flows write one thing.',
    'Join them, or tell them apart with `each` or `once`.',
  ),
  CONFIG_FLOW_HELD: wrong(
    'What the flow makes can stay for ever.',
    'Say when it goes: `remove_when: …`, or `remove_when: otherwise`.',
  ),
  CONFIG_FLOW_CIRCLE: wrong(
    'Hub flows feed each other without end.',
    'Have one of them write, or read, something else.',
  ),
  CONFIG_LINK_UNFILLED: wrong(
    'A flow waits for ids that no flow brings.',
    'Add a flow that sends the referenced kind there or takes it from there, or say `missing: ignore`.',
  ),
  CONFIG_REFERENCE_UNCLEAR: wrong(
    'A reference may lead to several connections.',
    'Name the connection itself: `of: <connection>.<resource>`.',
  ),
  CONFIG_PERSONAL_UNSAID: wrong(
    'Personal data goes to a system that is not said to be allowed it.',
    'Say `personal_data: true` in its connection where it may have it; else send less.',
  ),

  // ownership.yaml.
  CONFIG_OWNERSHIP_PATH: wrong(
    'Ownership is said of no field of the kind.',
    'Use a field that is won by itself; what is one value is owned whole.',
  ),
} as const satisfies CodeTable
