import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { writeTimestamp } from '../src/formats/hl7v3/time.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { openDesk } from './support/authority-desk.ts'
import { collected } from './support/collected.ts'
import { makePlace, type Place, type RunningService, startIn } from './support/running-service.ts'

const GUIDE = readFileSync(new URL('../docs/hl7v3.md', import.meta.url), 'utf8')
const [QUERY = '', PAYLOAD = '', FAULT = ''] = [...GUIDE.matchAll(/```xml\n(.*?)```/gs)].map(
  match => match[1],
)

let place: Place
let running: RunningService

beforeAll(async () => {
  place = await makePlace('embedded')
  running = await startIn(place)
  const { sandbox } = running.service
  const [upload] = sandbox?.population.uploads ?? []
  if (!upload) throw new Error('The sandbox has an upload')
  const desk = await openDesk(running.service, upload.authority)
  await desk.upload(await collected(writeUpload(upload.header, upload.records)))
})
afterAll(async () => {
  await running.stop()
  await place.remove()
})

async function post(body: string): Promise<{ status: number; text: string; tags: string[] }> {
  const response = await fetch(`${running.service.baseUrl}/sync-service`, {
    method: 'POST',
    headers: {
      'content-type': 'text/xml',
      soapaction: '"urn:nhs:names:services:cpisquery/QUPC_IN000006GB01"',
    },
    body,
  })
  const text = await response.text()
  return { status: response.status, text, tags: tagsOf(text) }
}

function tagsOf(xml: string): string[] {
  return [...xml.matchAll(/<([\w.:-]+)/g)].map(match => match[1] ?? '')
}

/** The query with a time and an id of its own, which the guide puts in by `sed`. */
function queryOfNow(): string {
  const [, time = '', id = ''] = /sed "s\/([\d+]+)\/.*?s\/([0-9A-F-]{36})\//.exec(GUIDE) ?? []
  expect(QUERY).toContain(`<creationTime value="${time}"/>`)
  expect(QUERY).toContain(`<wsa:MessageID>uuid:${id}</wsa:MessageID>`)
  return QUERY.replaceAll(time, writeTimestamp(new Date())).replaceAll(id, randomUUID().toUpperCase())
}

test('the query of the guide is answered as the guide shows', async () => {
  const { status, tags } = await post(queryOfNow())
  expect(status).toBe(200)
  expect(tags.join(' ')).toContain(tagsOf(PAYLOAD).join(' '))
})

test('the same message again is the same access, and a copy of an old one is refused (rules 11.8 and 11.9)', async () => {
  const query = queryOfNow()
  const ids: (string | undefined)[] = []
  for (let time = 0; time < 3; time++) {
    const { text } = await post(query)
    ids.push(/<CP-ISNHSQueryResponse.*?<CP-ISNHSQueryResponse.*?<id root="([^"]*)"/s.exec(text)?.[1])
  }
  expect(ids[0]).toMatch(/^[0-9A-F-]{36}$/)
  expect(new Set(ids).size).toBe(1)
  const other = await post(query.replaceAll('9990000018', '9999999980'))
  expect(other.text).toContain('code="202"')
  expect((await post(QUERY)).text).toContain('ErrorBase1732.INVALID_CREATION_TIME')
})

test('the fault of the guide is what a broken request gets', async () => {
  const { status, tags } = await post('<a/>')
  expect(status).toBe(500)
  expect(tags).toEqual(tagsOf(FAULT))
})
