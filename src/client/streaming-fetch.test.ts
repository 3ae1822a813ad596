import { readFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import Fastify from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  behindMutualTls,
  type CertificateAuthority,
  certificateAuthority,
} from '../../test/support/mutual-tls.ts'
import { streamingFetch } from './streaming-fetch.ts'

describe('mutual TLS', () => {
  let authority: CertificateAuthority
  let stranger: CertificateAuthority
  let server: Awaited<ReturnType<typeof behindMutualTls>>
  const app = Fastify()
  beforeAll(async () => {
    authority = certificateAuthority()
    stranger = certificateAuthority()
    app.get('/', async () => 'let in')
    await app.ready()
    server = await behindMutualTls(app, authority)
  })
  afterAll(async () => {
    await server.close()
    authority.remove()
    stranger.remove()
  })
  const ask = async (from: CertificateAuthority | undefined, trusted: CertificateAuthority) => {
    const shown = from?.issue('client')
    const { fetch, close } = streamingFetch({
      idleMs: 5_000,
      tls: {
        ca: readFileSync(trusted.ca, 'utf8'),
        ...(shown && { cert: readFileSync(shown.cert, 'utf8'), key: readFileSync(shown.key, 'utf8') }),
      },
    })
    try {
      return await (await fetch(server.baseUrl)).text()
    } catch {
      return 'no connection'
    } finally {
      close()
    }
  }

  test('lets in who shows a certificate of the authority', async () => {
    expect(await ask(authority, authority)).toBe('let in')
  })
  test('nobody who shows none, or another', async () => {
    expect(await ask(undefined, authority)).toBe('no connection')
    expect(await ask(stranger, authority)).toBe('no connection')
  })
  test('and we tell nothing to a server that we do not believe', async () => {
    expect(await ask(authority, stranger)).toBe('no connection')
  })
})

describe('bodies travel as they are', () => {
  const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
    '/silent': response => response.writeHead(200).write('a beginning'),
    '/cut': response => {
      response.writeHead(200, { 'content-length': '100' }).write('a beginning')
      setImmediate(() => response.destroy())
    },
    '/moved': response => response.writeHead(302, { location: '/elsewhere' }).end(),
    '/nothing': response => response.writeHead(204).end(),
  }
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? '']
    if (answer) {
      answer(response)
      return
    }
    const pieces: Buffer[] = []
    request.on('data', piece => pieces.push(piece))
    request.on('end', () => {
      response.setHeader('content-encoding', 'gzip')
      response.setHeader('x-seen', String(request.headers['accept-encoding']))
      response.end(gzipSync(Buffer.concat(pieces)))
    })
  })
  const client = streamingFetch({ idleMs: 200 })
  const at = (path: string) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
  beforeAll(() => new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve)))
  afterAll(() => {
    client.close()
    server.closeAllConnections()
    server.close()
  })

  test('compressed stays compressed, and is not asked for', async () => {
    const reply = await client.fetch(at('/'), { method: 'POST', body: Buffer.from('<file/>') })
    expect([reply.headers.get('content-encoding'), reply.headers.get('x-seen')]).toEqual([
      'gzip',
      'undefined',
    ])
    expect(Buffer.from(await reply.arrayBuffer()).equals(gzipSync('<file/>'))).toBe(true)
  })
  test.each(['/cut', '/silent'])('content that does not end is an error: %s', async path => {
    const reply = await client.fetch(at(path))
    await expect(reply.text()).rejects.toThrow()
  })
  test('a redirection is not followed, and no content is none', async () => {
    expect((await client.fetch(at('/moved'))).status).toBe(302)
    expect(await (await client.fetch(at('/nothing'))).text()).toBe('')
  })
})
