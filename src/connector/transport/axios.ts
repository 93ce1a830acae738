/**
 * axios for vendors' SDKs, under the very rules of the hub's own HTTP client: its adapter sends through that
 * client, so pools, timeouts, caps, no redirects and the private-address check are the same by construction.
 */
import axios, {
  type AxiosAdapter,
  AxiosError,
  AxiosHeaders,
  type AxiosInstance,
  type AxiosResponse,
  type InternalAxiosRequestConfig,
} from 'axios'
import type { Failed, HttpClient, OutgoingRequest } from './transport.js'

export interface AxiosRules extends Pick<OutgoingRequest, 'timeoutMs' | 'maxBytes' | 'allowPrivate'> {
  /** The SDK expects bodies instead of responses (`resp.data`), as @larksuiteoapi/node-sdk does. */
  readonly unwrap?: boolean
}

/** Thrown as `cause` of an AxiosError where no answer came. */
export class NoAnswer extends Error {
  readonly failed: Failed
  constructor(failed: Failed) {
    super(failed.detail)
    this.name = 'NoAnswer'
    this.failed = failed
  }
}

export function createAxios(client: HttpClient, rules: AxiosRules): AxiosInstance {
  const instance = axios.create({ adapter: adapter(client, rules), proxy: false, maxRedirects: 0 })
  if (rules.unwrap)
    instance.interceptors.response.use(
      response =>
        ('$return_headers' in response.config
          ? { data: response.data, headers: response.headers }
          : response.data) as AxiosResponse,
    )
  return instance
}

function adapter(client: HttpClient, rules: AxiosRules): AxiosAdapter {
  return async config => {
    const asked = config.timeout && config.timeout > 0 ? config.timeout : rules.timeoutMs
    const result = await client.send({
      method: (config.method ?? 'get').toUpperCase(),
      url: new URL(instanceUri(config)),
      headers: headersOf(config),
      body: bodyOf(config),
      timeoutMs: Math.min(asked, rules.timeoutMs),
      maxBytes: rules.maxBytes,
      allowPrivate: rules.allowPrivate,
    })
    if (result.kind === 'failed') {
      const code = result.left ? AxiosError.ECONNABORTED : AxiosError.ERR_NETWORK
      throw Object.assign(new AxiosError(result.detail, code, config), { cause: new NoAnswer(result) })
    }
    const response: AxiosResponse = {
      data: config.responseType === 'arraybuffer' ? result.body : result.body.toString('utf8'),
      status: result.status,
      statusText: '',
      headers: new AxiosHeaders(result.headers),
      config,
      request: undefined,
    }
    const valid = config.validateStatus
    if (!valid || valid(result.status)) return response
    throw new AxiosError(
      `the answer has status ${result.status}`,
      result.status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE,
      config,
      undefined,
      response,
    )
  }
}

const instanceUri = (config: InternalAxiosRequestConfig): string => axios.getUri(config)

function headersOf(config: InternalAxiosRequestConfig): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(config.headers.toJSON(true)))
    if (typeof value === 'string' || typeof value === 'number') headers[name.toLowerCase()] = String(value)
  return headers
}

function bodyOf(config: InternalAxiosRequestConfig): string | undefined {
  const data: unknown = config.data
  if (data === undefined || data === null) return undefined
  if (typeof data === 'string') return data
  if (Buffer.isBuffer(data)) return data.toString('utf8')
  if (data instanceof URLSearchParams) return data.toString()
  throw new AxiosError('only text bodies are sent', AxiosError.ERR_BAD_REQUEST, config)
}
