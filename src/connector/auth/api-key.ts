/** A key in the header, query member or cookie that the document's security scheme names. */
import { type AuthKind, fixed, placed, secretOf } from './auth.js'

export const apiKey: AuthKind = {
  words: { value: { is: 'value', required: true } },
  open: context => fixed(request => placed(request, context.scheme, secretOf(context, 'value'))),
}
