/**
 * Names as words: `candidateId`, `candidate_id` and `Candidate-ID` are the same two. Vendors' plurals become the
 * singular that names a resource.
 */

/** Lower-case words of a name; Chinese stands whole. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z\d])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter(word => word !== '')
    .map(word => word.toLowerCase())
}

/** `mobilePhone` and `mobile_phone` alike: `mobilephone`. */
export const squash = (name: string): string => wordsOf(name).join('')

export const snake = (name: string): string => wordsOf(name).join('_')

const UNCHANGED = new Set([
  'news',
  'status',
  'data',
  'feedback',
  'sms',
  'address',
  'process',
  'class',
  'access',
])

export function singular(word: string): string {
  if (UNCHANGED.has(word) || word.length < 3 || /(?:ss|us|is)$/.test(word)) return word
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`
  if (/(?:ch|sh|x|ss|z)es$/.test(word)) return word.slice(0, -2)
  return word.endsWith('s') ? word.slice(0, -1) : word
}

/** `job-ads` → `job_ad`. */
export function singularName(name: string): string {
  const words = wordsOf(name)
  return [...words.slice(0, -1), ...words.slice(-1).map(singular)].join('_')
}

/** A name of the manifest's grammar (`^[A-Za-z_][A-Za-z0-9_-]{0,63}$`); undefined where nothing of it is left. */
export function manifestName(name: string): string | undefined {
  const clean = snake(name)
    .replace(/[^a-z0-9_]/g, '')
    .replace(/^(?=\d)/, '_')
    .slice(0, 64)
  return clean === '' || clean === '_' ? undefined : clean
}

/** A member behind a path, quoted where it is no plain name. */
export const member = (base: string, name: string): string =>
  /^[A-Za-z_]\w*$/.test(name) ? (base === '' ? name : `${base}.${name}`) : `${base}[${JSON.stringify(name)}]`
