import type { FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import { mayLookUp } from './may-look-up.ts'

const request = {} as FastifyRequest

test.each([
  ['production, where certificates are not checked', 'production', false, undefined, undefined],
  ['production, to whoever shows none', 'production', true, undefined, undefined],
  ['production, to whoever shows one', 'production', true, 'AB', { certificate: 'AB' }],
  ['the sandbox', 'sandbox', false, undefined, {}],
  ['the sandbox, to whoever shows one', 'sandbox', true, 'AB', { certificate: 'AB' }],
] as const)('looking up without a token in %s (rule 7.10)', (_where, mode, checked, shown, caller) => {
  expect(mayLookUp(mode, checked ? () => shown : undefined)(request)).toEqual(caller)
})
