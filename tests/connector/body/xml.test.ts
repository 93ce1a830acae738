import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitXml, readXml, xmlText } from '../../../src/connector/body/read-xml.js'
import { writeXml } from '../../../src/connector/body/write-xml.js'
import type { Json } from '../../../src/kernel/json.js'
import type { JsonSchema } from '../../../src/kernel/json-schema.js'

type Xml = JsonSchema & { readonly xml?: object }
const text: Xml = { type: 'string' }
const ORDER = {
  type: 'object',
  xml: { name: 'Order', namespace: 'urn:orders', prefix: 'o' },
  properties: {
    id: { type: 'integer', xml: { attribute: true, name: 'no' } },
    name: { ...text, xml: { name: 'Name' } },
    paid: { type: 'boolean' },
    price: { type: 'number' },
    tags: { type: 'array', xml: { wrapped: true, name: 'Tags' }, items: { ...text, xml: { name: 'Tag' } } },
    lines: {
      type: 'array',
      items: {
        type: 'object',
        xml: { name: 'Line' },
        properties: {
          code: { ...text, xml: { attribute: true } },
          words: { ...text, xml: { nodeType: 'text' } },
        },
      },
    },
    note: text,
  },
} as unknown as JsonSchema

const order: Json = {
  note: 'a < b & "c" \'d\'',
  name: '张三',
  id: 7,
  paid: false,
  price: 1.5,
  tags: ['x'],
  lines: [{ code: 'A', words: 'first' }],
}
const WRITTEN =
  '<?xml version="1.0" encoding="UTF-8"?><o:Order xmlns:o="urn:orders" no="7"><Name>张三</Name><paid>false</paid><price>1.5</price>' +
  '<Tags><Tag>x</Tag></Tags><Line code="A">first</Line><note>a &lt; b &amp; &quot;c&quot; &apos;d&apos;</note></o:Order>'

describe('XML, written by a schema', () => {
  it('has its names, attributes, wrappers, namespace and order from the document', () => {
    expect(writeXml(order, ORDER)).toBe(WRITTEN)
  })

  it('gives a wrapper its own prefix and namespace', () => {
    const schema = {
      xml: { name: 'r' },
      properties: {
        a: { type: 'array', xml: { wrapped: true, prefix: 'p', namespace: 'urn:p' }, items: {} },
      },
    } as unknown as JsonSchema
    expect(writeXml({ a: ['1', '2'] }, schema)).toContain(
      '<r><p:a xmlns:p="urn:p"><a>1</a><a>2</a></p:a></r>',
    )
  })

  it('keeps empty things as empty elements, and leaves out what is absent', () => {
    expect(writeXml({ name: null, tags: [], lines: [], id: null }, ORDER)).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><o:Order xmlns:o="urn:orders"><Name/><Tags/></o:Order>',
    )
  })

  it.each([
    ['a control character', { name: 'a\u0007b' }, 'U+0007'],
    ['half of a pair', { name: 'a\ud800' }, 'U+D800'],
    ['a member whose name would be markup', { 'x><y': 1 }, 'no name of an element'],
    ['nesting without end', deep(80), 'nested over 64'],
  ])('refuses %s, with its place', (_, value, words) => {
    const open = { ...ORDER, additionalProperties: true } as JsonSchema
    expect(() => writeXml(value as Json, open)).toThrow(words)
    expect(() => writeXml(value as Json, open)).toThrow(
      expect.objectContaining({ code: 'CONNECTOR_BODY_UNWRITABLE' }),
    )
  })

  it('reads back as it was, whatever the texts', () => {
    const anyText = fc
      .string({ unit: 'binary' })
      .filter(one => !/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(one))
    fc.assert(
      fc.property(anyText, anyText, fc.array(anyText), (name, note, tags) => {
        const value = { id: 1, name, note, tags }
        const read = fitXml(readXml(writeXml(value, ORDER)), ORDER)
        expect(read).toEqual(value)
      }),
    )
  })
})

function deep(levels: number): Json {
  let value: Json = 'x'
  for (let i = 0; i < levels; i++) value = { a: value }
  return value
}

describe('XML, read', () => {
  it('takes the form of its schema: lists of one, numbers, names', () => {
    expect(fitXml(readXml(WRITTEN), ORDER)).toEqual(order)
  })

  it('without a schema is members, lists where a name is repeated, attributes and text by their signs', () => {
    const read = readXml(
      '<?xml version="1.0"?><!-- hi --><a:r xmlns:a="urn:x" a:k="1"><b>1</b> <b>2</b><c><![CDATA[<p>&amp;</p>]]></c><d x="y">t</d><e/></a:r>',
    )
    expect(read).toEqual({
      '@k': '1',
      b: ['1', '2'],
      c: '<p>&amp;</p>',
      d: { '@x': 'y', '#text': 't' },
      e: '',
    })
  })

  it('keeps long numbers and odd words as text', () => {
    const schema: JsonSchema = { properties: { n: { type: 'integer' }, b: { type: 'boolean' } } }
    expect(fitXml(readXml('<r><n>12345678901234567890</n><b>maybe</b></r>'), schema)).toEqual({
      n: '12345678901234567890',
      b: 'maybe',
    })
  })

  it('decodes characters by number and XML’s own five', () => {
    expect(readXml('<r>&lt;&gt;&amp;&quot;&apos;&#24352;&#x4E09;</r>')).toBe('<>&"\'张三')
  })

  it.each([
    ['a document type', '<!DOCTYPE r><r/>'],
    ['an entity bomb', `<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "${'&a;'.repeat(1000)}">]><r>&b;</r>`],
    ['a file by entity', '<!DOCTYPE r [<!ENTITY f SYSTEM "file:///etc/passwd">]><r>&f;</r>'],
    ['an entity of HTML', '<r>&nbsp;</r>'],
    ['an unknown entity', '<r>&x;</r>'],
    ['a tag that is not closed', '<r><a></r>'],
    ['an end without a beginning', '</r>'],
    ['two roots', '<r/><r/>'],
    ['text around the root', 'x<r/>'],
    ['no element', '  '],
    ['nothing that is XML', '{"a":1}'],
    ['65 levels', `${'<a>'.repeat(66)}${'</a>'.repeat(66)}`],
    ['100 000 levels', '<a>'.repeat(100_000)],
    ['half a million attributes', `<r ${Array.from({ length: 500_000 }, (_, i) => `a${i}="1"`).join(' ')}/>`],
  ])('refuses %s', (_, bad) => {
    const began = performance.now()
    expect(() => readXml(bad)).toThrow(expect.objectContaining({ code: 'CONNECTOR_XML_BROKEN' }))
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it.each([
    ['its header', 'text/xml; charset=GBK', '<r>'],
    ['itself', 'text/xml', '<?xml version="1.0" encoding="gb2312"?><r>'],
  ])('is decoded as %s says', (_, type, head) => {
    const bytes = Buffer.concat([Buffer.from(head), Buffer.from('d5c5c8fd', 'hex'), Buffer.from('</r>')])
    expect(readXml(xmlText(bytes, type))).toBe('张三')
  })

  it.each([
    ['bytes of another encoding', Buffer.from('3c723ed5c53c2f723e', 'hex'), 'text/xml'],
    ['an encoding nobody knows', Buffer.from('<?xml version="1.0" encoding="klingon"?><r/>'), 'text/xml'],
  ])('refuses %s', (_, bytes, type) => {
    expect(() => xmlText(bytes, type)).toThrow(expect.objectContaining({ code: 'CONNECTOR_XML_BROKEN' }))
  })

  it('makes no prototype of a name', () => {
    const read = readXml('<r><__proto__><polluted>1</polluted></__proto__><constructor>x</constructor></r>')
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype)
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(Object.keys(read as object)).toEqual(['__proto__', 'constructor'])
  })
})
