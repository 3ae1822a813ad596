import { MOST_CHUNKS } from './limits.ts'

export interface ChunkRange {
  readonly chunk: number
  readonly total: number
}

/** Reads `n:total`, both counted from 1; undefined where it is not that. */
export function readChunkRange(text: string): ChunkRange | undefined {
  const parts = /^\s*(\d{1,6}):(\d{1,6})\s*$/.exec(text)
  if (!parts) return undefined
  const [chunk, total] = [Number(parts[1]), Number(parts[2])]
  return chunk >= 1 && chunk <= total && total <= MOST_CHUNKS ? { chunk, total } : undefined
}

export function writeChunkRange({ chunk, total }: ChunkRange): string {
  return `${chunk}:${total}`
}
