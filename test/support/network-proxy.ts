import { connect, createServer, type Socket } from 'node:net'

export type LostPacket = 'packet' | 'answer'

/** Stands between two programs, and does to their connections what a network can do. */
export interface NetworkProxy {
  readonly port: number
  /** Cuts every connection now. */
  cut(): void
  /**
   * Cuts the connection on which the client sends its nth packet from now on; 0: none. The packet is lost on the way, or else it
   * arrives and what is answered is lost.
   */
  cutAtPacket(nth: number, lost?: LostPacket): void
  /** Whether the packet that `cutAtPacket` named last was sent, and the connection cut. */
  wasCut(): boolean
  /** Cuts each new connection once so many bytes have gone from the client, or to it; none where neither is given. */
  cutAfter(bytes: { readonly up?: number; readonly down?: number }): void
  /** From now on nothing gets through in either direction, without any connection being closed; or again everything does. */
  freeze(frozen: boolean): void
  close(): Promise<void>
}

export async function networkProxy(target: {
  readonly host: string
  readonly port: number
}): Promise<NetworkProxy> {
  const pairs = new Set<readonly [Socket, Socket]>()
  let packetsLeft = 0
  let lostPacket: LostPacket = 'packet'
  let hasCut = false
  let limits: { readonly up?: number; readonly down?: number } = {}
  let frozen = false

  const server = createServer(client => {
    const upstream = connect(target.port, target.host)
    const pair = [client, upstream] as const
    const { up = Number.POSITIVE_INFINITY, down = Number.POSITIVE_INFINITY } = limits
    pairs.add(pair)
    const end = () => {
      pairs.delete(pair)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
    if (frozen) for (const socket of pair) socket.pause()
    /** Passes on what is still allowed. */
    const passing = (to: Socket, most: number) => {
      let left = most
      return (packet: Buffer) => {
        to.write(packet.subarray(0, Math.min(left, packet.length)))
        left -= packet.length
        if (left < 0) end()
      }
    }
    const passUp = passing(upstream, up)
    const passDown = passing(client, down)
    let answerIsLost = false
    client.on('data', packet => {
      const isNth = packetsLeft > 0 && --packetsLeft === 0
      hasCut ||= isNth
      answerIsLost ||= isNth && lostPacket === 'answer'
      if (isNth && lostPacket === 'packet') end()
      else passUp(packet)
    })
    upstream.on('data', packet => (answerIsLost ? end() : passDown(packet)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (!address || typeof address === 'string') throw new Error('The proxy listens on a port')
  const cut = () => {
    for (const [client, upstream] of pairs) {
      client.destroy()
      upstream.destroy()
    }
  }
  return {
    port: address.port,
    cut,
    cutAtPacket: (nth, lost = 'packet') => {
      packetsLeft = nth
      lostPacket = lost
      if (nth > 0) hasCut = false
    },
    wasCut: () => hasCut,
    cutAfter: bytes => {
      limits = bytes
    },
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

/** A proxy before a PostgreSQL server, and the address of the database through it. */
export async function databaseProxy(url: string): Promise<NetworkProxy & { readonly url: string }> {
  const target = new URL(url)
  const proxy = await networkProxy({ host: target.hostname, port: Number(target.port) })
  const proxied = new URL(url)
  proxied.hostname = '127.0.0.1'
  proxied.port = String(proxy.port)
  return { ...proxy, url: proxied.href }
}
