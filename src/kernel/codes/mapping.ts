/** Error codes of the mapping room: one row each; a retired code is never used again. */
import type { CodeTable } from './entry.js'

const refusal = (title: string, remedy: string) => ({ kind: 'invalid', status: 422, title, remedy }) as const
const mistake = (title: string, remedy: string) =>
  ({ kind: 'misconfigured', status: 422, title, remedy }) as const

export const MAPPING_CODES = {
  // While a mapping runs.
  MAPPING_VALUE_UNKNOWN: refusal(
    'A value is in no lookup.',
    'Add the value to the lookup, or say what unmapped values become.',
  ),
  MAPPING_VALUE_INVALID: refusal(
    'A value cannot be read as what the rule expects.',
    'Mend `as`, `format` or `zone` of the rule, or say what happens with `on_error`.',
  ),
  MAPPING_VALUE_RANGE: refusal(
    'A number is outside the scale it is said to be on.',
    'Mend the first number of `scale`, or have the sender mend the value.',
  ),
  MAPPING_VALUE_LARGE: refusal(
    'A value is larger than a mapping handles.',
    'Split the message, or map less of it.',
  ),
  MAPPING_TYPE_MISMATCH: refusal(
    'A value has another type than the rule works on.',
    'Mend the path, or convert the value with `as`.',
  ),
  MAPPING_FIELD_MISSING: refusal(
    'A required value is not there.',
    'Have the sender fill it, give a `default`, or remove `required`.',
  ),
  MAPPING_ZONE_MISSING: refusal(
    'A time has no zone.',
    'Say in which zone the text is meant: `zone: Asia/Shanghai`.',
  ),
  MAPPING_REFERENCE_MISSING: refusal(
    'A referenced record has no id in the target system.',
    'Deliver the referenced record first, or say `missing: wait` or `ignore`.',
  ),
  MAPPING_KEY_TWICE: refusal(
    'Two entries of a list give the same key.',
    'Choose a key that is unique among the entries.',
  ),
  MAPPING_EXPRESSION_FAILED: refusal(
    'An expression failed on this value.',
    'Guard the expression with `has(…)`, or mend the types it works on.',
  ),
  // While a mapping is checked.
  MAPPING_FILE_INVALID: mistake(
    'The file is not a mapping.',
    'Start with `mapping:`, `from:`, `to:` and `fields:`; see docs/mapping.md.',
  ),
  MAPPING_WORD_UNKNOWN: mistake(
    'The mapping language has no such word.',
    'Use a word of docs/mapping.md; mind the spelling.',
  ),
  MAPPING_RULE_INVALID: mistake(
    'A rule is not well formed.',
    'A rule is a path, a list of rules, or an object with one source.',
  ),
  MAPPING_PATH_INVALID: mistake(
    'A path is not well formed.',
    'Write it like a.b[0].c; quote odd names: a["b c"].',
  ),
  MAPPING_PATH_UNKNOWN: mistake(
    'A path leads to nothing the schema has.',
    'Mend the path, or describe the field in the schema.',
  ),
  MAPPING_TYPE_UNFIT: mistake(
    'A value cannot fit the field it goes to.',
    'Convert it with `as`, `lookup` or `scale`, or choose another field.',
  ),
  MAPPING_FIELD_UNFILLED: mistake(
    'A required field of the target is filled by no rule.',
    'Add a rule for it.',
  ),
  MAPPING_ENUM_UNKNOWN: mistake(
    'A word is not in the enumeration.',
    'Use one of the words the schema lists.',
  ),
  MAPPING_ENUM_UNCOVERED: mistake(
    'A lookup does not cover an enumeration.',
    'Add the missing words, or say what unmapped values become.',
  ),
  MAPPING_RULE_UNREACHABLE: mistake('A rule can never run.', 'Remove it, or mend what stands before it.'),
  MAPPING_PERSONAL_LEAK: mistake(
    'Personal data flows into a field that is not marked for it.',
    'Mark the target with x-personal, or map something else.',
  ),
  MAPPING_OBJECT_ATOMIC: mistake(
    'The target object is one value and cannot be filled member by member.',
    'Fill it whole, with `fields:`.',
  ),
  MAPPING_TABLE_MISSING: mistake('A named lookup table is not there.', 'Add tables/<name>.yaml.'),
  MAPPING_SETTING_UNKNOWN: mistake(
    'The connector has no such setting, or it is secret.',
    'Use a setting the manifest lists and does not mark secret.',
  ),
  MAPPING_EXPRESSION_INVALID: mistake('An expression is wrong.', 'See "CEL" in docs/mapping.md.'),
  MAPPING_TEST_FAILED: mistake('A test of the mapping failed.', 'Mend the mapping or the test.'),
  MAPPING_RULE_UNTESTED: mistake(
    'No test exercises a rule.',
    'Add a test whose input gives the rule a value.',
  ),
} as const satisfies CodeTable
