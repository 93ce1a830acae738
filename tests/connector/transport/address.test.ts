import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  guardedLookup,
  isPrivateAddress,
  PRIVATE_ADDRESS,
  refuseLiteral,
} from '../../../src/connector/transport/address.js'

describe('private addresses', () => {
  it.each([
    '127.0.0.1',
    '127.255.255.254',
    '10.0.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '100.100.100.200',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '198.18.0.1',
    '::1',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '::ffff:10.1.2.3',
    '::127.0.0.1',
    '64:ff9b::10.0.0.1',
    '2002:7f00:1::',
    '2002:a00:1::1',
    'not an address',
  ])('%s is', address => {
    expect(isPrivateAddress(address)).toBe(true)
  })

  it.each([
    '8.8.8.8',
    '172.15.0.1',
    '172.32.0.1',
    '100.63.0.1',
    '100.128.0.1',
    '192.169.0.1',
    '2400:3200::1',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '2002:808:808::1',
  ])('%s is not', address => {
    expect(isPrivateAddress(address)).toBe(false)
  })

  it('a mapped IPv6 form is what its IPv4 address is', () => {
    fc.assert(
      fc.property(fc.ipV4(), address => {
        expect(isPrivateAddress(`::ffff:${address}`)).toBe(isPrivateAddress(address))
      }),
    )
  })

  it('a look-up gives public addresses alone, and refuses a name that has none', async () => {
    const ask = (addresses: readonly string[], all: boolean) =>
      new Promise<unknown>(resolve =>
        guardedLookup((_, __, done) =>
          done(
            null,
            addresses.map(address => ({ address, family: 4 })),
          ),
        )('name', { all }, (error, found) => resolve(error?.code ?? found)),
      )
    expect(await ask(['10.0.0.1', '8.8.8.8'], true)).toEqual([{ address: '8.8.8.8', family: 4 }])
    expect(await ask(['10.0.0.1', '8.8.8.8'], false)).toBe('8.8.8.8')
    expect(await ask(['10.0.0.1'], true)).toBe(PRIVATE_ADDRESS)
  })

  it('literal addresses of a URL are checked too, however they are written', () => {
    for (const url of [
      'http://127.0.0.1/',
      'http://[::1]/',
      'http://2130706433/',
      'http://0x7f.1/',
      'http://[::ffff:127.0.0.1]/',
    ])
      expect(() => refuseLiteral(new URL(url).hostname)).toThrow()
    expect(() => refuseLiteral('8.8.8.8')).not.toThrow()
    expect(() => refuseLiteral('example.com')).not.toThrow()
  })
})
