/** `split`, `trim`, `lower`, `upper`, `join`: text. */
import { Refusal } from '../refusal.js'
import type { Known } from '../schema.js'
import type { Modifier, ModifierInput } from './modifier.js'

const TEXT: Known = { type: 'string' }

function textOf(value: unknown, word: string): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw new Refusal('MAPPING_TYPE_MISMATCH', value, `text for \`${word}\``)
}

function wanted({ spot, cx }: ModifierInput, word: string): undefined {
  cx.list.add('MAPPING_RULE_INVALID', [...spot.at, word], `\`${word}\` takes text of 1 to 20 characters`)
  return undefined
}
const isSeparator = (value: unknown, least: number): value is string =>
  typeof value === 'string' && value.length >= least && value.length <= 20

/** Empty parts are left out, so that "" is an empty list. */
export const split: Modifier = {
  word: 'split',
  words: [],
  compile: (input, by) =>
    isSeparator(by, 1)
      ? {
          whole: true,
          type: { type: 'array', items: { type: 'string' } },
          run: value =>
            textOf(value, 'split')
              .split(by)
              .filter(part => part !== ''),
        }
      : wanted(input, 'split'),
}

export const join: Modifier = {
  word: 'join',
  words: [],
  compile: (input, by) =>
    isSeparator(by, 0)
      ? {
          whole: true,
          type: TEXT,
          run: value =>
            Array.isArray(value)
              ? value
                  .filter(part => part !== null)
                  .map(part => textOf(part, 'join'))
                  .join(by)
              : value,
        }
      : wanted(input, 'join'),
}

function change(word: string, run: (text: string) => string): Modifier {
  return {
    word,
    words: [],
    compile({ spot, cx }, on) {
      if (on === false) return undefined
      if (on !== true)
        cx.list.add('MAPPING_RULE_INVALID', [...spot.at, word], `\`${word}\` is true or left out`)
      return { type: TEXT, run: value => run(textOf(value, word)) }
    },
  }
}

export const trim = change('trim', text => text.trim())
export const lower = change('lower', text => text.toLowerCase())
export const upper = change('upper', text => text.toUpperCase())
