/**
 * How a vendor's calls are let in: an auth block for each security scheme the document uses, the settings it
 * needs, and a token call where the document has one that looks like an exchange.
 */
import { isObject, type JsonObject } from '../../kernel/json.js'
import type { JsonSchema } from '../../kernel/json-schema.js'
import type { ApiDocument, Operation } from '../manifest/openapi.js'
import { answerSchema } from '../manifest/shapes.js'
import { propertiesOf } from '../operation/project.js'
import { type Found, isListSchema, isObjectSchema } from './answers.js'
import { said } from './draft-text.js'
import { bound, type Input, inputsOf } from './inputs.js'
import { manifestName, member, snake, squash } from './words.js'

export interface DraftSetting {
  readonly type: 'string'
  readonly title: string
  readonly format?: 'uri' | 'whsec'
  readonly secret?: true
  readonly default?: string
}

export interface DraftAuth {
  /** By scheme; one scheme alone stands for all. */
  readonly blocks: Readonly<Record<string, JsonObject>>
  readonly settings: Readonly<Record<string, DraftSetting>>
  readonly questions: readonly string[]
  /** The operation that gives tokens. */
  readonly tokenOperation: string | undefined
}

const TOKENS = [
  'accesstoken',
  'token',
  'jwt',
  'tenantaccesstoken',
  'appaccesstoken',
  'idtoken',
  'authtoken',
  'sessiontoken',
  'bearertoken',
]
const LIVES = ['expiresin', 'expirein', 'expire', 'expires', 'ttl', 'tokenexpiresin', 'validity']
const TOKEN_CALL = /token|login|signin|authenticate|auth$|credential/
const CREDENTIAL =
  /^(?:app|client|api|corp|tenant|access|account|user|partner|company)?(?:id|key|secret|name|password|username|code|keyid|keysecret)$|^(?:password|secret|username|user|login|email|apikey|granttype|scope)$/
const SECRET = /secret|password|token|key$|apikey|authorization/

interface Scheme {
  readonly name: string
  readonly node: JsonObject
}

export function authOf(document: ApiDocument, root: JsonObject): DraftAuth {
  const schemes = usedSchemes(document, root)
  const token = tokenCall(document)
  const settings: Record<string, DraftSetting> = {}
  const questions: string[] = []
  const blocks: Record<string, JsonObject> = Object.create(null)
  let tokenOperation: string | undefined
  for (const scheme of schemes) {
    const type = String(scheme.node['type'])
    const word = type === 'http' ? `http ${String(scheme.node['scheme']).toLowerCase()}` : type
    const row = Object.hasOwn(KINDS, word) ? KINDS[word] : undefined
    const prefix = schemes.length > 1 ? `${manifestName(scheme.name) ?? 'auth'}_` : ''
    const made = row
      ? row({ scheme, token, prefix })
      : {
          block: { use: 'none' },
          settings: {},
          question: `the hub knows no way of \`${said(type)}\` (scheme ${said(scheme.name)}): how are calls let in?`,
        }
    blocks[scheme.name] = made.block
    Object.assign(settings, made.settings)
    if (made.question) questions.push(made.question)
    if (made.tokenOperation) tokenOperation = made.tokenOperation
  }
  if (schemes.length === 0)
    questions.push('the document names no security scheme: how are calls let in? (docs/connector.md, Auth)')
  return { blocks, settings, questions, tokenOperation }
}

/** Schemes that some operation asks for, the likeliest of alternatives first. */
function usedSchemes(document: ApiDocument, root: JsonObject): readonly Scheme[] {
  const components = isObject(root['components']) ? root['components'] : {}
  const nodes = isObject(components['securitySchemes']) ? components['securitySchemes'] : {}
  const names = new Set<string>()
  for (const operation of document.operations.values()) {
    const wanted = operation.security ?? document.security
    const [best] = wanted
      .filter(name => Object.hasOwn(nodes, name))
      .sort((a, b) => rank(nodes[a]) - rank(nodes[b]))
    if (best !== undefined) names.add(best)
  }
  return [...names].map(name => ({ name, node: nodes[name] as JsonObject }))
}

/** Where any of several will do: what needs no person first. */
function rank(node: unknown): number {
  if (!isObject(node)) return 9
  if (node['type'] === 'apiKey') return node['in'] === 'cookie' ? 5 : 0
  if (node['type'] === 'http') return 1
  return node['type'] === 'oauth2' && clientCredentials(node as JsonObject) ? 2 : 4
}

interface Made {
  readonly block: JsonObject
  readonly settings: Readonly<Record<string, DraftSetting>>
  readonly question?: string
  readonly tokenOperation?: string
}
type Maker = (given: {
  readonly scheme: Scheme
  readonly token: TokenCall | undefined
  readonly prefix: string
}) => Made

const secret = (title: string): DraftSetting => ({ type: 'string', title, secret: true })
const plain = (title: string): DraftSetting => ({ type: 'string', title })

const bearer: Maker = ({ token, prefix, scheme }) =>
  token
    ? exchanged(token)
    : {
        block: { use: 'bearer', token: `settings.${prefix}token` },
        settings: { [`${prefix}token`]: secret(`Token (${said(scheme.name)})`) },
      }

const KINDS: Readonly<Record<string, Maker>> = {
  apiKey: given => {
    const { scheme, token, prefix } = given
    if (token && /token|authorization/.test(squash(String(scheme.node['name'])))) return exchanged(token)
    const name = `${prefix}api_key`
    return { block: { use: 'api_key', value: `settings.${name}` }, settings: { [name]: secret('API key') } }
  },
  'http bearer': bearer,
  'http basic': ({ prefix }) => ({
    block: { use: 'basic', username: `settings.${prefix}username`, password: `settings.${prefix}password` },
    settings: {
      [`${prefix}username`]: plain('User name, or the API key where it stands for one'),
      [`${prefix}password`]: {
        ...secret('Password; leave it empty where the key stands alone'),
        default: '',
      },
    },
  }),
  oauth2: given => {
    const { scheme, token } = given
    const flow = clientCredentials(scheme.node)
    if (!flow)
      return {
        ...bearer({ ...given, token: undefined }),
        question: `${scheme.name} has no client credentials: its token comes from a person’s consent; who renews it?`,
      }
    if (!token) {
      const made = bearer({ ...given, token: undefined })
      return {
        ...made,
        question: `tokens of ${scheme.name} come from ${String(flow['tokenUrl'])}; add that call to the document, then \`use: oauth2_client_credentials\` with operation, client_id, client_secret`,
      }
    }
    return {
      block: {
        use: 'oauth2_client_credentials',
        operation: token.operation.id,
        client_id: 'settings.client_id',
        client_secret: 'settings.client_secret',
      },
      settings: { client_id: plain('Client id'), client_secret: secret('Client secret') },
      question:
        'does the token call take the client’s id and secret in its body, or as Basic (`place: basic`)?',
      tokenOperation: token.operation.id,
    }
  },
  openIdConnect: given => ({
    ...bearer(given),
    question: `${said(given.scheme.name)} is OpenID Connect: who renews its token?`,
  }),
}

function clientCredentials(node: JsonObject): JsonObject | undefined {
  const flows = isObject(node['flows']) ? node['flows'] : {}
  return isObject(flows['clientCredentials']) ? (flows['clientCredentials'] as JsonObject) : undefined
}

export interface TokenCall {
  readonly operation: Operation
  readonly token: Found
  readonly life: Found | undefined
  readonly inputs: readonly Input[]
}

/** A call whose name speaks of tokens, that is given credentials and answers a token. */
export function tokenCall(document: ApiDocument): TokenCall | undefined {
  for (const operation of document.operations.values()) {
    const name = `${squash(operation.path.split('/').at(-1) ?? '')} ${squash(operation.id)}`
    if (!TOKEN_CALL.test(name) || !['POST', 'GET'].includes(operation.method) || operation.path.includes('{'))
      continue
    const inputs = inputsOf(operation, { body: true }).filter(input => input.required || isCredential(input))
    const token = answered(operation, TOKENS, 'string')
    if (token && inputs.some(isCredential))
      return { operation, token, life: answered(operation, LIVES, undefined), inputs }
  }
  return undefined
}

export const isCredential = ({ name }: Input) => CREDENTIAL.test(squash(name))

function answered(
  operation: Operation,
  words: readonly string[],
  type: string | undefined,
): Found | undefined {
  const schema = answerSchema(operation)
  if (!schema) return undefined
  const look = (base: string, of: JsonSchema, depth: number): Found | undefined => {
    const members = [...propertiesOf(of)]
    for (const word of words)
      for (const [name, inner] of members)
        if (
          squash(name) === word &&
          (type === undefined || inner.type === undefined || inner.type === type) &&
          !isObjectSchema(inner) &&
          !isListSchema(inner)
        )
          return { path: member(base, name), schema: inner }
    if (depth < 2)
      for (const [name, inner] of members) {
        const found = look(member(base, name), inner, depth + 1)
        if (found) return found
      }
    return undefined
  }
  return look('body', schema, 0)
}

function exchanged({ operation, token, life, inputs }: TokenCall): Made {
  const settings: Record<string, DraftSetting> = {}
  const rules = new Map<Input, unknown>()
  for (const input of inputs) {
    const word = squash(input.name)
    const only = input.schema.const ?? input.schema.enum?.[0]
    if (word === 'granttype' || only !== undefined) rules.set(input, { value: only ?? 'client_credentials' })
    else if (word !== 'scope' || input.required) {
      const name = manifestName(input.name) ?? snake(input.name)
      settings[name] = SECRET.test(word) ? secret(said(input.name)) : plain(said(input.name))
      rules.set(input, `settings.${name}`)
    }
  }
  const words = bound(rules)
  return {
    block: {
      use: 'token_exchange',
      exchange: {
        operation: operation.id,
        ...(words ? { with: words as JsonObject } : {}),
        token: token.path,
        ...(life ? { expires_in: { from: life.path, unit: 's', at_most: '2h' } } : {}),
      },
    },
    settings,
    tokenOperation: operation.id,
    ...(life
      ? {}
      : { question: 'how long does a token live? (expires_in; without it half an hour is taken)' }),
  }
}
