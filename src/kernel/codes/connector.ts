/** Error codes of the connector room: one row each; a retired code is never used again. */
import type { CodeEntry, CodeTable } from './entry.js'

const manifest = (title: string, remedy: string) =>
  ({ kind: 'invalid', status: 422, title, remedy }) as const satisfies CodeEntry
const signature = (title: string, remedy: string) =>
  ({ kind: 'refused', status: 401, title, remedy }) as const satisfies CodeEntry
const unknown = (status: number, title: string) =>
  ({
    kind: 'unknown',
    status,
    title,
    remedy: 'Nothing to do: the hub repeats it where that is safe, looks it up, or asks a person.',
  }) as const satisfies CodeEntry

export const CONNECTOR_CODES = {
  CONNECTOR_ADDRESS_PRIVATE: {
    kind: 'refused',
    status: 422,
    title: 'The address is private.',
    remedy: 'Allow private addresses on the connection if this system really lives inside your network.',
  },

  // The folder of a connector, found by `hrhub check`.
  CONNECTOR_FILE_MISSING: manifest(
    'A file of the connector is missing.',
    'Create the file or mend its path.',
  ),
  CONNECTOR_MANIFEST_INVALID: manifest(
    'The manifest is not as docs/connector.md describes it.',
    'Mend the named place.',
  ),
  CONNECTOR_MANIFEST_ORDER: manifest(
    'The keys of the manifest are not in house order.',
    'Put them in the order of docs/connector.md.',
  ),
  CONNECTOR_DOCUMENT_BROKEN: manifest(
    'The OpenAPI document cannot be used.',
    'Mend the document at the named place.',
  ),
  CONNECTOR_DOCUMENT_LARGE: manifest(
    'The OpenAPI document is larger than the hub reads.',
    'Cut it down to the operations that are needed; 8 MiB are read.',
  ),
  CONNECTOR_OPERATION_UNKNOWN: manifest(
    'The OpenAPI document has no such operation.',
    'Use an operationId of the document.',
  ),
  CONNECTOR_PARAMETER_UNKNOWN: manifest(
    'The operation has no such parameter.',
    'Use a parameter name of the operation, `body` or `"*"`.',
  ),
  CONNECTOR_PARAMETER_UNBOUND: manifest(
    'A required parameter of the operation is bound by nothing.',
    'Bind it under `with`.',
  ),
  CONNECTOR_EXPRESSION_BROKEN: manifest(
    'An expression of the manifest cannot be read.',
    'Mend the expression; its roots are listed in docs/connector.md.',
  ),
  CONNECTOR_RESOURCE_INCOMPLETE: manifest(
    'A resource lacks what one of its words needs.',
    'Add the word that the text names.',
  ),
  CONNECTOR_SETTING_UNKNOWN: manifest(
    'The manifest names a setting it does not declare.',
    'Declare it under `settings`.',
  ),
  CONNECTOR_KIND_UNKNOWN: manifest(
    'No such auth kind, verify scheme or transport.',
    'Use one of the list in the text.',
  ),

  // Opening and binding.
  CONNECTOR_SETTING_MISSING: {
    kind: 'misconfigured',
    status: 422,
    title: 'The connection lacks a setting.',
    remedy: 'Fill the setting in the connection and run its check.',
  },
  CONNECTOR_SECRET_BROKEN: {
    kind: 'misconfigured',
    status: 422,
    title: 'A secret of the connection cannot sign.',
    remedy: 'Fill in the secret in the form that the README of its connector shows; nothing was sent.',
  },
  CONNECTOR_BINDING_ABSENT: {
    kind: 'invalid',
    status: 422,
    title: 'A required parameter of the call has no value.',
    remedy: 'Map the value that the manifest reads, or mend `with` in the manifest.',
  },
  CONNECTOR_BINDING_INVALID: {
    kind: 'invalid',
    status: 422,
    title: 'A parameter of the call has a value that cannot be sent.',
    remedy: 'Mend the mapping: no empty or dotted path parts, plain ASCII in headers.',
  },
  CONNECTOR_BODY_UNWRITABLE: {
    kind: 'invalid',
    status: 422,
    title: 'The body cannot be written as the document wants it.',
    remedy: 'Mend the mapping or the document at the named place.',
  },
  CONNECTOR_FILE_INVALID: {
    kind: 'invalid',
    status: 422,
    title: 'What the mapping gives for a file is none.',
    remedy: 'Give the hash of a stored file, e.g. `resume.blob`, or { blob, name, type }.',
  },
  CONNECTOR_FILE_LOST: {
    kind: 'refused',
    status: 422,
    title: 'A file of the call is no longer in the blob store.',
    remedy: 'Share the blob folder among all processes; an erased file is sent no more. Nothing was sent.',
  },
  CONNECTOR_BODY_LARGE: {
    kind: 'refused',
    status: 422,
    title: 'The call is too large with its files.',
    remedy: 'Send fewer or smaller files: at most 32 MiB in one call. Nothing was sent.',
  },
  CONNECTOR_ABILITY_MISSING: {
    kind: 'invalid',
    status: 422,
    title: 'The resource cannot do this.',
    remedy: 'Point the flow at a resource with this operation, or add it to the manifest.',
  },

  // What a vendor, or the way to it, did to a call.
  CONNECTOR_CALL_UNREACHABLE: {
    kind: 'unreachable',
    status: 502,
    title: 'The system cannot be reached; nothing was sent.',
    remedy: 'Check name, port and certificate of its address; the hub tries again by itself.',
  },
  CONNECTOR_CALL_TIMEOUT: unknown(504, 'The system did not answer in time.'),
  CONNECTOR_CALL_CUT: unknown(502, 'The line was cut before a whole answer came.'),
  CONNECTOR_ANSWER_LARGE: unknown(502, 'The answer is larger than the hub reads.'),
  CONNECTOR_ANSWER_FAILED: unknown(502, 'The system failed while it worked on the call.'),
  CONNECTOR_ANSWER_UNUSABLE: unknown(502, 'The answer is not what the document says.'),
  CONNECTOR_ANSWER_WITHOUT_ID: unknown(502, 'The thing was made, but the answer carries no id.'),
  CONNECTOR_ANSWER_REFUSED: {
    kind: 'refused',
    status: 422,
    title: 'The system refused the call for good.',
    remedy: 'Read its words, mend the record or the mapping; the next change is sent again.',
  },
  CONNECTOR_ANSWER_THROTTLED: {
    kind: 'throttled',
    status: 503,
    title: 'The system asks to wait.',
    remedy: 'Nothing to do; lower `limits.rate` of the connector if it happens often.',
  },
  CONNECTOR_LIMIT_REACHED: {
    kind: 'throttled',
    status: 503,
    title: 'The connector’s own limit is reached.',
    remedy: 'Nothing to do: the call goes out when the limit allows it.',
  },
  CONNECTOR_ACCESS_DENIED: {
    kind: 'misconfigured',
    status: 422,
    title: 'The system does not accept our credentials.',
    remedy: 'Run the check of the connection, then renew its secret or its permissions.',
  },
  CONNECTOR_THING_ABSENT: {
    kind: 'absent',
    status: 404,
    title: 'The system does not have the thing.',
    remedy: 'Nothing to do unless the flow asks: `if_gone` decides.',
  },
  CONNECTOR_THING_EXISTS: {
    kind: 'exists',
    status: 409,
    title: 'The system has the thing already.',
    remedy: 'Nothing to do: the hub looks it up and adopts what carries our reference.',
  },

  // Callbacks at the door.
  CONNECTOR_SIGNATURE_MISSING: signature(
    'The callback carries no signature.',
    'Set the signing secret on the vendor’s side.',
  ),
  CONNECTOR_SIGNATURE_WRONG: signature(
    'The signature of the callback is wrong.',
    'Compare the signing secret on both sides.',
  ),
  CONNECTOR_SIGNATURE_OLD: signature(
    'The callback is older than the scheme allows.',
    'Check the clocks of both systems.',
  ),
  CONNECTOR_SIGNATURE_REPLAYED: signature(
    'The very same signed callback came before.',
    'Sign every attempt anew, with its own time; the first one was taken.',
  ),
  CONNECTOR_CALLBACK_UNSIGNED: signature(
    'The connection takes no unsigned callbacks.',
    'Say `accept_unsigned: true` on the connection if the vendor really signs nothing.',
  ),
  CONNECTOR_CALLBACK_METHOD: {
    kind: 'invalid',
    status: 405,
    title: 'The callback does not take this method.',
    remedy: 'Use a method that the connector lists.',
  },
  CONNECTOR_XML_BROKEN: {
    kind: 'invalid',
    status: 400,
    title: 'The text is no XML that is read.',
    remedy: 'Send sound XML in UTF-8, without a document type, at most 64 levels deep.',
  },
  CONNECTOR_CALLBACK_TYPE: {
    kind: 'invalid',
    status: 415,
    title: 'The callback does not take this content type.',
    remedy: 'Send JSON, XML or a form.',
  },
  CONNECTOR_CALLBACK_LARGE: {
    kind: 'invalid',
    status: 413,
    title: 'The callback is larger than the connector allows.',
    remedy: 'Send smaller callbacks, or raise `callback.max`.',
  },
} as const satisfies CodeTable
