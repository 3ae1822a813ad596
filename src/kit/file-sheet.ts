import { createReadStream } from 'node:fs'
import type { SheetSource } from './sheet-source.ts'

/** A table in a file. `onRead` is called with the number of bytes read each time, from 0 again on each reading. */
export function fileSheet(path: string, onRead: (bytes: number) => void = () => undefined): SheetSource {
  return {
    async *open() {
      const stream = createReadStream(path)
      for await (const piece of stream) {
        onRead(stream.bytesRead)
        yield piece as Uint8Array
      }
    },
  }
}
