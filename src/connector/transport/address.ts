/**
 * Which addresses are private, and a name look-up that refuses them. The check is on the resolved address, in
 * the very look-up the socket uses, so a name that changes its answer between check and connect gains nothing.
 */
import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns'
import { BlockList, isIP } from 'node:net'

const blocked = new BlockList()
const RANGES: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[] = [
  ['0.0.0.0', 8, 'ipv4'], // this network
  ['10.0.0.0', 8, 'ipv4'], // RFC 1918
  ['100.64.0.0', 10, 'ipv4'], // carrier-grade NAT; 100.100.100.200 is a cloud's metadata service
  ['127.0.0.0', 8, 'ipv4'], // loopback
  ['169.254.0.0', 16, 'ipv4'], // link-local; 169.254.169.254 is a cloud's metadata service
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'], // protocol assignments
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'], // benchmarking
  ['224.0.0.0', 4, 'ipv4'], // multicast
  ['240.0.0.0', 4, 'ipv4'], // reserved, broadcast
  ['::', 127, 'ipv6'], // unspecified, loopback
  ['64:ff9b:1::', 48, 'ipv6'], // local NAT64
  ['fc00::', 7, 'ipv6'], // unique local
  ['fe80::', 10, 'ipv6'], // link-local
  ['fec0::', 10, 'ipv6'], // old site-local
  ['ff00::', 8, 'ipv6'], // multicast
]
for (const [net, prefix, family] of RANGES) blocked.addSubnet(net, prefix, family)

/** IPv6 forms that carry an IPv4 address: mapped, compatible, NAT64, 6to4. */
function embedded(address: string): string | undefined {
  const groups = expand(address)
  if (!groups) return undefined
  const v4 = (high: number, low: number) => `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`
  const [a = 0, b = 0, c = 0] = groups
  const g = (index: number) => groups[index] ?? 0
  const zeroUntil = (end: number) => groups.slice(0, end).every(group => group === 0)
  if (zeroUntil(5) && g(5) === 0xffff) return v4(g(6), g(7))
  if (zeroUntil(6) && (g(6) !== 0 || g(7) > 1)) return v4(g(6), g(7))
  if (a === 0x64 && b === 0xff9b && zeroMiddle(groups)) return v4(g(6), g(7))
  if (a === 0x2002) return v4(b, c)
  return undefined
}
const zeroMiddle = (groups: readonly number[]) => groups.slice(2, 6).every(group => group === 0)

function expand(address: string): readonly number[] | undefined {
  let text = address.split('%')[0] ?? ''
  const tail = /(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text)
  if (tail) {
    const [w, x, y, z] = tail.slice(1).map(Number)
    const hex = [((w ?? 0) << 8) | (x ?? 0), ((y ?? 0) << 8) | (z ?? 0)].map(group => group.toString(16))
    text = `${text.slice(0, tail.index)}${hex.join(':')}`
  }
  const [head = '', rest] = text.split('::')
  const parse = (part: string) =>
    part === '' ? [] : part.split(':').map(group => Number.parseInt(group, 16))
  const left = parse(head)
  const right = rest === undefined ? [] : parse(rest)
  const groups =
    rest === undefined
      ? left
      : [...left, ...Array(Math.max(0, 8 - left.length - right.length)).fill(0), ...right]
  return groups.length === 8 && groups.every(group => group >= 0 && group <= 0xffff) ? groups : undefined
}

/** True for loopback, RFC 1918, link-local, ULA, CGNAT, multicast, reserved, and IPv6 forms of them. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return blocked.check(address, 'ipv4')
  if (family !== 6) return true
  if (blocked.check(address.split('%')[0] ?? address, 'ipv6')) return true
  const inner = embedded(address)
  return inner !== undefined && blocked.check(inner, 'ipv4')
}

/** Code of the error the guarded look-up gives; transports turn it into CONNECTOR_ADDRESS_PRIVATE. */
export const PRIVATE_ADDRESS = 'HRHUB_ADDRESS_PRIVATE'

export class PrivateAddressError extends Error {
  readonly code = PRIVATE_ADDRESS
  constructor(host: string) {
    super(`${host} is a private address`)
    this.name = 'PrivateAddressError'
  }
}

type LookupCallback = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void
export type SystemLookup = (
  host: string,
  options: { all: true } & LookupOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

/** `dns.lookup` for sockets that gives public addresses only; a name with private ones alone is refused. */
export function guardedLookup(resolve: SystemLookup = systemLookup) {
  return (host: string, options: LookupOptions, done: LookupCallback): void => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, [])
      const open = addresses.filter(entry => !isPrivateAddress(entry.address))
      const first = open[0]
      if (!first) return done(new PrivateAddressError(host), [])
      if (options.all) return done(null, open)
      done(null, first.address, first.family)
    })
  }
}

/** A literal address in a URL never reaches a look-up: it is checked here. @throws PrivateAddressError */
export function refuseLiteral(hostname: string): void {
  const bare = hostname.replace(/^\[|\]$/g, '')
  if (isIP(bare) !== 0 && isPrivateAddress(bare)) throw new PrivateAddressError(bare)
}
