import type { XmlNode } from '../../formats/xml/xml-writer.ts'
import { renderXml } from '../../formats/xml/xml-writer.ts'
import type { HttpPosted, HttpPoster } from '../http-post.ts'
import type { AskingAuthor } from './asking-author.ts'

/** What the tests of the clients have in common. */

/** For a service before which a client stands: queries are made now (rule 11.8). */
export const now = () => new Date()

export const CHILD = '9990000018'
export const ASID = '999000000011'
export const SPINE = '999000000001'

export const ADA: AskingAuthor = {
  kind: 'person',
  userId: '999000000017',
  name: { prefix: 'Nurse', given: ['Ada'], family: 'Example' },
  jobRole: { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' },
  organisation: { odsCode: 'X9Z01', name: 'Made-up Hospital' },
}

/** What a request was, as a poster hands it on. */
export interface Sent {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

/** A poster whose replies are told; the requests are kept. */
export function scripted(reply: (sent: Sent) => Promise<HttpPosted> | HttpPosted) {
  const sent: Sent[] = []
  const poster: HttpPoster = {
    post: async (url, headers, body) => {
      const request = { url, headers, text: new TextDecoder().decode(body) }
      sent.push(request)
      return reply(request)
    },
    close: () => undefined,
  }
  return { poster, sent }
}

/** A server before which a poster stands, such as a Fastify plugin. */
export interface Injectable {
  inject(request: {
    method: 'POST'
    url: string
    payload: Buffer
    headers: Record<string, string>
  }): Promise<{ statusCode: number; headers: Record<string, unknown>; rawPayload: Buffer }>
}

/** A poster before a real interface, whose replies may be changed on their way. */
export function facingInterface(server: Injectable, change: (text: string) => string = text => text) {
  return scripted(async ({ url, headers, text }) => {
    const { pathname } = new URL(url)
    const got = await server.inject({
      method: 'POST',
      url: pathname,
      payload: Buffer.from(text),
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
      ),
    })
    return replied(got.statusCode, change(got.rawPayload.toString('utf8')))
  })
}

export function replied(status: number, body: string | XmlNode, contentType = 'text/xml'): HttpPosted {
  const text = typeof body === 'string' ? body : renderXml(body)
  return { status, contentType, body: new TextEncoder().encode(text) }
}

/** A change that is an error of its test where there is nothing to change. */
export function replacing(what: string | RegExp, by: string): (text: string) => string {
  return text => {
    const changed = text.replace(what, by)
    if (changed === text) throw new Error(`Nothing to replace: ${what}`)
    return changed
  }
}
