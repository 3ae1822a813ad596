import { expect, test } from 'vitest'
import { StorageUnavailable } from '../../../flows/storage-unavailable.ts'
import { failureCode } from './store-failure.ts'

const error = (message: string, more: object = {}) => Object.assign(new Error(message), more)
const ofDatabase = (code: string) => error('x', { code, severity: 'ERROR' })
const unavailable = new StorageUnavailable(ofDatabase('57P01'))

test.each<[string, unknown, string]>([
  ['the database does not answer', unavailable, 'SMSP-0004'],
  ['that is the cause', error('outer', { cause: unavailable }), 'SMSP-0004'],
  ['the embedded database is closed', error('PGlite is closed'), 'SMSP-0004'],
  ['a table is missing', ofDatabase('42P01'), 'CPIS-9999'],
  ['the disk is full', ofDatabase('53100'), 'CPIS-9999'],
  ['it is a bug', new TypeError('x is undefined'), 'SMSP-9999'],
  ['something else has a code', error('x', { code: 'ERR_INVALID_ARG_TYPE' }), 'SMSP-9999'],
  ['it is no error at all', 'x', 'SMSP-9999'],
])('where %s', (_name, thrown, code) => {
  expect(failureCode(thrown)).toBe(code)
})
