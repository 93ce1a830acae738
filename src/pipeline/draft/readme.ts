/** The README of a drafted connector: what it can do, what an integrator has to fill in, and the way to try it. */
import { oneLine } from '../../connector/draft/draft-text.js'
import type { DraftManifest } from '../../connector/draft/manifest.js'
import type { Connector } from '../../connector/manifest/connector.js'

export function readmeOf(
  connector: Connector,
  draft: DraftManifest,
  kinds: ReadonlyMap<string, string | undefined>,
  changes: readonly string[],
): string {
  const { name, title } = connector
  const first = [...kinds.keys()].find(resource => connector.resources[resource]?.slots.create)
  const settings = Object.entries(connector.settings).map(
    ([key, { title: about = key, secret }]) => `| \`${key}\` | ${cell(about)} | ${secret ? 'secret' : ''} |`,
  )
  const rows = [...kinds].map(([resource, kind]) => {
    const found = connector.resources[resource]
    const can = [
      ...Object.keys(found?.slots ?? {}),
      ...(['read', 'callback', 'poll'] as const).filter(word => found?.[word]),
    ]
    return `| \`${resource}\` | ${can.join(', ')} | ${kind ?? ''} |`
  })
  return `# ${cell(title)}

Drafted from \`openapi/\`. Fill in what stands in [brackets], answer the open questions (\`hrhub check\` lists them), then take this line away.

## On the vendor's side

1. [Where the account for the API is made, and who may make it]
2. [Which permissions it needs]
3. [Where the callback address of \`hrhub config\` is entered]

| setting | what | |
|---|---|---|
${settings.join('\n')}

## What it can do

| resource | can | kind |
|---|---|---|
${rows.join('\n')}

${draft.left.length > 0 ? 'Operations that no resource was made of stand at the end of `connector.yaml`.\n' : ''}
## Before it is used in earnest

- Can a thing be found again by our own reference? Then say \`lookup\`, or \`idempotency\`: else a create whose answer is lost waits for a person.
- Which answers mean "not there", "wait", "refused"? Say them under \`errors\`.
- \`fixtures/\` is made of the document. Put recorded exchanges in its place, secrets scrubbed.
${changes.length > 0 ? `\n## What was changed in the document\n\n${changes.map(change => `- ${cell(change)}`).join('\n')}\n` : ''}
## Try it

\`\`\`sh
hrhub check --project .
hrhub sandbox --vendor ${name} --project .     # a simulator of the document, on this machine alone
${first ? `hrhub connector run ${name} ${first}.create connectors/${name}/fixtures/${first}.create.body.json --dry --project .\n` : ''}hrhub connector test ${name} --project .
\`\`\`

In \`connections.yaml\`:

\`\`\`yaml
connections:
  - connection: ${name}
    connector: ${name}
    settings:
${Object.entries(connector.settings)
  .filter(([, { required, default: fallback }]) => required !== false && fallback === undefined)
  .map(([key, { secret }]) => `      ${key}: ${secret ? `\${${envName(name, key)}}` : '…'}`)
  .join('\n')}
\`\`\`
`
}

/** Text of the document as text of Markdown: one line, no column of its own, no markup. */
const cell = (text: string) =>
  oneLine(text).replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;')
const envName = (connector: string, setting: string) =>
  `${connector}_${setting}`.toUpperCase().replace(/\W/g, '_')
