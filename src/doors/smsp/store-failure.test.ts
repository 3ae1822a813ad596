import { expect, test } from 'vitest'
import { failureCode } from './store-failure.ts'

const error = (message: string, more: object = {}) => Object.assign(new Error(message), more)
const ofDatabase = (code: string) => error('x', { code, severity: 'ERROR' })

test.each<[string, unknown, string]>([
  ['nobody listens', error('connect', { code: 'ECONNREFUSED' }), 'SMSP-0004'],
  ['the host is unknown', error('getaddrinfo', { code: 'ENOTFOUND' }), 'SMSP-0004'],
  ['the connection is lost', error('Connection terminated unexpectedly'), 'SMSP-0004'],
  ['none is made in time', error('timeout exceeded when trying to connect'), 'SMSP-0004'],
  ['the pool is closed', error('Cannot use a pool after calling end on the pool'), 'SMSP-0004'],
  ['the embedded database is closed', error('PGlite is closed'), 'SMSP-0004'],
  ['the server is going down', ofDatabase('57P01'), 'SMSP-0004'],
  ['the server is starting up', ofDatabase('57P03'), 'SMSP-0004'],
  ['the server has no room for more', ofDatabase('53300'), 'SMSP-0004'],
  ['the connection fails under a query', ofDatabase('08006'), 'SMSP-0004'],
  ['that is the cause', error('outer', { cause: ofDatabase('08006') }), 'SMSP-0004'],
  ['a table is missing', ofDatabase('42P01'), 'CPIS-9999'],
  ['a statement takes too long', ofDatabase('57014'), 'CPIS-9999'],
  ['the disk is full', ofDatabase('53100'), 'CPIS-9999'],
  ['it is a bug', new TypeError('x is undefined'), 'SMSP-9999'],
  ['something else has a code', error('x', { code: 'ERR_INVALID_ARG_TYPE' }), 'SMSP-9999'],
  ['it is no error at all', 'x', 'SMSP-9999'],
])('where %s', (_name, thrown, code) => {
  expect(failureCode(thrown)).toBe(code)
})
