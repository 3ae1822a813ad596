import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import type { XmlNode, XmlStream } from '../../src/formats/xml/xml-writer.ts'
import { isWrittenByOthers } from './written-by-others.ts'

/** Where the messages that tests write are kept, for a validator that this project did not write; nowhere unless it is set. */
const FOLDER = process.env['CPIS_KEEP_MESSAGES']

/** The messages of HL7 v3, by their root elements: first those that may stand in an element of another one. */
const MESSAGES = [
  /<((?:REPC|QUPC|QUQI|MCCI)_IN\w+)[\s>][\s\S]*<\/\1>/,
  /<(File|FileResponse|CP-ISAccessToServiceNotification|CP-ISInactiveNHSNumberNotification|CP-ISNHSQueryResponse)[\s>][\s\S]*<\/\1>/,
]

/** So many of one root element each process keeps: enough for every kind that a test makes, and few enough to be validated in a minute. */
const MOST_OF_A_KIND = 2_000
const kept = new Map<string, number>()

/** What authorities and clinical systems send is written by tests in every wrong way; whole it is where this project is such a sender. */
const SENT_BY_OTHERS = /^(File|QUPC_IN\w+)$/
const OUR_SENDERS = /\/src\/(kit|cli|client)\//

/** What is newer than the schemas, by agreement: the kind of access in a silent query, and the code of a mini service's answer. */
function withoutNewer(message: string): string {
  return message
    .replace(/<accessEventType [^>]*>/g, '')
    .replace(/(<CP-ISNHSQueryResponse[^>]*>\s*<effectiveTime [^>]*>\s*<id [^>]*>\s*)<value [^>]*>/, '$1')
}

function keep(text: string): void {
  const [message, root] = MESSAGES.map(kind => kind.exec(text)).find(found => found !== null) ?? []
  if (!FOLDER || !message || !root || isWrittenByOthers()) return
  if (SENT_BY_OTHERS.test(root) && !OUR_SENDERS.test(expect.getState().testPath ?? '')) return
  // A mini service's answer without plans has no form in the schemas, which are older than mini services.
  if (root === 'CP-ISNHSQueryResponse' && !message.includes('<pertinentInformation14>')) return
  const count = kept.get(root) ?? 0
  if (count >= MOST_OF_A_KIND) return
  kept.set(root, count + 1)
  mkdirSync(FOLDER, { recursive: true })
  const name = createHash('sha256').update(message).digest('hex').slice(0, 24)
  writeFileSync(
    join(FOLDER, `${root}-${name}.xml`),
    `<?xml version="1.0" encoding="UTF-8"?>${withoutNewer(message)}`,
  )
}

vi.mock('../../src/formats/xml/xml-writer.ts', async importOriginal => {
  const original = await importOriginal<typeof import('../../src/formats/xml/xml-writer.ts')>()
  return {
    ...original,
    renderXml: (node: XmlNode) => {
      const text = original.renderXml(node)
      keep(text)
      return text
    },
    writeXml: async function* (root: XmlStream, pieceSize?: number) {
      const decoder = new TextDecoder()
      let text = ''
      for await (const piece of original.writeXml(root, pieceSize)) {
        text += decoder.decode(piece, { stream: true })
        yield piece
      }
      keep(text)
    },
  }
})
