/** A body as it was written, with the header that says what it is. */
import type { Piece } from '../types.js'

export interface Written {
  readonly body: string | undefined
  readonly pieces?: readonly Piece[]
  readonly contentType: string
}
