import { join } from 'node:path'
import Fastify from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectValue } from '../../test/support/expect-value.ts'
import { behindMutualTls, certificateAuthority } from '../../test/support/mutual-tls.ts'
import { readConfig } from '../main/config.ts'
import { openMailbox } from './mailbox-options.ts'

const authority = certificateAuthority()
let server: Awaited<ReturnType<typeof behindMutualTls>>

beforeAll(async () => {
  const app = Fastify()
  app.get('/messageexchange/:mailbox/inbox', async () => ({ messages: [] }))
  await app.ready()
  server = await behindMutualTls(app, authority)
})
afterAll(async () => {
  await server.close()
  authority.remove()
})

const open = (options: object) =>
  openMailbox(readConfig({}), { mailbox: 'X9AOT001', password: 'secret', url: server.baseUrl, ...options })
const messages = async (options: object) => {
  const { mesh } = expectValue(await open(options))
  const found: string[] = []
  for await (const id of mesh.inbox()) found.push(id)
  return found
}

test('a mailbox service that wants to see a certificate is shown one, and is believed by its authority', async () => {
  const { cert, key } = authority.issue('council')
  expect(await messages({ certificate: cert, key, ca: authority.ca })).toEqual([])
  await expect(messages({ ca: authority.ca })).rejects.toThrow()
  await expect(messages({})).rejects.toThrow()
})

test.each([
  [{ certificate: 'council.pem' }, 'belong together'],
  [{ key: 'council.key' }, 'belong together'],
  [{ ca: join('no', 'such', 'file.pem') }, 'cannot be read'],
])('%j is refused before anything is sent', async (options, words) => {
  const opened = await open(options)
  expect(opened.ok ? '' : opened.fault.message).toContain(words)
})
