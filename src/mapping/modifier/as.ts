/** The words around `as`: which row of READS and WRITES runs when, with its `format`, `write`, `zone`, `region`. */
import { isSupportedCountry } from 'libphonenumber-js'
import type { Json } from '../../kernel/json.js'
import { Refusal } from '../refusal.js'
import { partOf } from '../rule/context.js'
import type { Frame } from '../rule/frame.js'
import { shownText } from '../scalar.js'
import { annotation, type Known, listed, mayBe, typesOf } from '../schema.js'
import { didYouMean } from '../suggest.js'
import { formatProblem, isEpoch } from '../time/instant.js'
import { compilePattern } from '../time/pattern.js'
import { SPAN_UNITS } from '../time/span.js'
import { isZone } from '../time/zone.js'
import type { Modifier, ModifierInput, Stage } from './modifier.js'
import { READS } from './read.js'
import { WRITES } from './write.js'

const WORDS = Object.keys(READS)
const BESIDE = ['format', 'write', 'zone', 'region']
/** What each companion word works with. */
const COMPANIONS: Readonly<Record<string, readonly string[]>> = {
  format: ['date', 'datetime', 'duration'],
  write: ['date', 'datetime', 'duration', 'phone'],
  zone: ['date', 'datetime'],
  region: ['phone'],
}

/** Parses what comes in. Going out, only a text with a `format` of its own is parsed. */
export const asRead: Modifier = {
  word: 'as',
  words: BESIDE,
  compile(input, word) {
    const { node, spot, cx, type } = input
    const row = typeof word === 'string' && Object.hasOwn(READS, word) ? READS[word] : undefined
    if (!row || typeof word !== 'string') {
      const hint = didYouMean(shownText(word), WORDS)
      cx.list.add('MAPPING_WORD_UNKNOWN', [...spot.at, 'as'], `\`as\` is one of ${listed(WORDS)}${hint}`)
      return undefined
    }
    checkCompanions(input, word)
    const format = node['format'] === undefined ? undefined : shownText(node['format'])
    const parses = cx.direction === 'in' || cx.direction === 'hub' || format !== undefined
    if (!parses) return undefined
    if (word === 'date' || word === 'datetime') checkZone(input, word, format)
    checkReadable(type, word, input)
    const options = { format, zone: zoneOf(input), region: shownText(node['region'] ?? 'CN') }
    return {
      type: row.type,
      whole: row.whole ?? false,
      ...(row.personal ? { personal: row.personal } : word === 'boolean' ? { personal: null } : {}),
      run: (value, frame) => row.read(value, options, frame),
    }
  },
}

/** Writes what goes out; coming in, only where `write` asks for it. */
export const asWrite: Modifier = {
  word: 'as',
  words: BESIDE,
  compile(input, word) {
    const { node, spot, cx } = input
    const row = typeof word === 'string' && Object.hasOwn(WRITES, word) ? WRITES[word] : undefined
    const incoming = cx.direction === 'in' || cx.direction === 'hub'
    const write = node['write'] === undefined ? undefined : shownText(node['write'])
    if (!row || typeof word !== 'string' || (incoming && write === undefined)) return undefined
    if (write !== undefined && !row.words.includes(write)) {
      const wrong = row.patterns
        ? formatProblem(write)
        : `\`write\` of ${word} is one of ${listed(row.words)}`
      if (wrong) cx.list.add('MAPPING_WORD_UNKNOWN', [...spot.at, 'write'], wrong)
    }
    const wantsNumber =
      spot.isTarget && spot.schema !== undefined && !mayBe(spot.schema, 'string') && write === undefined
    if ((word === 'datetime' || word === 'date') && wantsNumber && mayBe(spot.schema, 'number'))
      cx.list.add('MAPPING_TYPE_UNFIT', spot.at, 'the target is a number: say `write: epoch_s` or `epoch_ms`')
    checkWriteZone(input, word, write)
    const asText =
      spot.schema !== undefined && typesOf(spot.schema) !== undefined && !mayBe(spot.schema, 'number')
    const options = { write, zone: zoneOf(input), asText }
    return stage(row.type(options), row.whole, (value, frame) => row.write(value, options, frame))
  },
}

const stage = (type: Known, whole: boolean | undefined, run: Stage['run']): Stage => ({
  type,
  whole: whole ?? false,
  run,
})

function checkCompanions({ node, spot, cx }: ModifierInput, word: string): void {
  for (const [companion, types] of Object.entries(COMPANIONS))
    if (node[companion] !== undefined && !types.includes(word))
      cx.list.add(
        'MAPPING_RULE_INVALID',
        [...spot.at, companion],
        `\`${companion}\` belongs to ${listed(types)}, not to ${word}`,
      )
  const { format, region } = node
  if (format !== undefined) {
    const wrong =
      typeof format !== 'string'
        ? '`format` is text'
        : word === 'duration'
          ? format === 'iso' || Object.hasOwn(SPAN_UNITS, format)
            ? undefined
            : `\`format\` of a duration is iso or ${listed(Object.keys(SPAN_UNITS))}`
          : formatProblem(format)
    if (wrong) cx.list.add('MAPPING_WORD_UNKNOWN', [...spot.at, 'format'], wrong)
  }
  if (region !== undefined && (typeof region !== 'string' || !isSupportedCountry(region)))
    cx.list.add('MAPPING_WORD_UNKNOWN', [...spot.at, 'region'], '`region` is a country code like CN')
}

/** A pattern without an offset has no zone of its own: one must be said, before a text arrives. */
function checkZone({ node, spot, cx }: ModifierInput, word: string, format: string | undefined): void {
  if (format === undefined || format === 'iso' || node['zone'] !== undefined) return
  if (word === 'date') {
    if (isEpoch(format)) cx.list.add('MAPPING_ZONE_MISSING', spot.at, 'an instant has a day only in a `zone`')
    return
  }
  const pattern = isEpoch(format) ? undefined : compilePattern(format)
  if (typeof pattern === 'object' && !pattern.hasOffset)
    cx.list.add(
      'MAPPING_ZONE_MISSING',
      spot.at,
      `texts like ${format} say no zone: add \`zone: Asia/Shanghai\``,
    )
}

function checkWriteZone({ node, spot, cx }: ModifierInput, word: string, write: string | undefined): void {
  if (node['zone'] !== undefined || word !== 'datetime') return
  if (write === undefined || write === 'iso' || isEpoch(write)) return
  cx.list.add('MAPPING_ZONE_MISSING', spot.at, 'a time for people is written in a `zone`')
}

function checkReadable(type: Known, word: string, { spot, cx }: ModifierInput): void {
  const able = word === 'json' ? ['string'] : ['string', 'number', 'boolean', 'array']
  if (!able.some(possible => mayBe(type, possible)))
    cx.list.add('MAPPING_TYPE_UNFIT', [...spot.at, 'as'], `an object cannot be read as ${word}`)
  if (word === 'datetime' && annotation(type, 'format') === 'date')
    cx.list.add('MAPPING_TYPE_UNFIT', [...spot.at, 'as'], 'a day is no instant; use `as: date`')
}

/** `zone` is a name, or a rule that gives one. */
function zoneOf({ node, spot, scope, cx }: ModifierInput): (frame: Frame) => string | undefined {
  const zone: Json | undefined = node['zone']
  if (zone === undefined) return () => undefined
  if (typeof zone === 'string') {
    if (!isZone(zone))
      cx.list.add('MAPPING_WORD_UNKNOWN', [...spot.at, 'zone'], `there is no time zone ${zone}`)
    return () => zone
  }
  const rule = cx.rule(zone, partOf(spot, 'zone'), scope, cx)
  return frame => {
    const name = rule.run(frame)
    if (name === undefined || name === null) return undefined
    if (typeof name !== 'string')
      throw new Refusal('MAPPING_VALUE_INVALID', name, 'a time zone like Asia/Shanghai')
    return name
  }
}
