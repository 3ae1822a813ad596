let others = 0

/** Writes, with the writers of this project, what others are seen to send and this project never does: it is not kept to be validated. */
export function asOthersWrite<T>(write: () => T): T {
  others += 1
  try {
    return write()
  } finally {
    others -= 1
  }
}

export function isWrittenByOthers(): boolean {
  return others > 0
}
