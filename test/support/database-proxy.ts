import { connect, createServer, type Socket } from 'node:net'

/** Stands between a service and its PostgreSQL server, and does to its connections what a network can do. */
export interface DatabaseProxy {
  /** The address of the database through the proxy. */
  readonly url: string
  /** Cuts every connection now. */
  cut(): void
  /** Cuts the connection on which the client sends its nth packet from now on, in place of that packet; 0: none. */
  cutAtPacket(nth: number): void
  /** Whether the packet asked for has come, and its connection was cut. */
  hasCut(): boolean
  /** From now on nothing gets through in either direction, without any connection being closed; or again everything does. */
  freeze(frozen: boolean): void
  close(): Promise<void>
}

export async function databaseProxy(url: string): Promise<DatabaseProxy> {
  const target = new URL(url)
  const pairs = new Set<readonly [Socket, Socket]>()
  let packetsLeft = 0
  let done = false
  let frozen = false

  const server = createServer(client => {
    const upstream = connect(Number(target.port), target.hostname)
    const pair = [client, upstream] as const
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
    if (frozen) for (const socket of pair) socket.pause()
    client.on('data', packet => {
      if (packetsLeft > 0 && --packetsLeft === 0) {
        done = true
        end()
      } else upstream.write(packet)
    })
    upstream.on('data', packet => client.write(packet))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('The proxy listens on a port')
  const proxied = new URL(url)
  proxied.hostname = '127.0.0.1'
  proxied.port = String(address.port)
  const cut = () => {
    for (const [client, upstream] of pairs) {
      client.destroy()
      upstream.destroy()
    }
  }
  return {
    url: proxied.href,
    cut,
    cutAtPacket: nth => {
      packetsLeft = nth
      done = false
    },
    hasCut: () => done,
    freeze: state => {
      frozen = state
      for (const socket of [...pairs].flat()) frozen ? socket.pause() : socket.resume()
    },
    close: async () => {
      cut()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
