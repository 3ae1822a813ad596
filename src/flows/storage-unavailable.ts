/**
 * The database could not be reached or did not answer in time, so that nobody can say what it holds (rule 4.3). Every interface
 * answers it as "could not look"; `statusCode` is what the HTTP server goes by.
 */
export class StorageUnavailable extends Error {
  readonly statusCode = 503
  constructor(cause: unknown) {
    super('The database does not answer', { cause })
  }
}
