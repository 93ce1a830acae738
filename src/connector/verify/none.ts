/** No signature at all: refused unless the connection says aloud that it takes unsigned callbacks. */
import { genuine, rejected, type VerifyScheme } from './scheme.js'

export const none: VerifyScheme = {
  words: {},
  verify: (_, context) => (context.acceptUnsigned ? genuine : rejected('CONNECTOR_CALLBACK_UNSIGNED')),
}
