/** No auth: the request goes out as it is. */
import { type AuthKind, fixed } from './auth.js'

export const none: AuthKind = { words: {}, open: () => fixed(request => request) }
