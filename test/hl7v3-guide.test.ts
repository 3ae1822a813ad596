import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
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

async function post(body: string): Promise<{ status: number; tags: string[] }> {
  const response = await fetch(`${running.service.baseUrl}/sync-service`, {
    method: 'POST',
    headers: {
      'content-type': 'text/xml',
      soapaction: '"urn:nhs:names:services:cpisquery/QUPC_IN000006GB01"',
    },
    body,
  })
  return { status: response.status, tags: tagsOf(await response.text()) }
}

function tagsOf(xml: string): string[] {
  return [...xml.matchAll(/<([\w.:-]+)/g)].map(match => match[1] ?? '')
}

test('the query of the guide is answered as the guide shows', async () => {
  const { status, tags } = await post(QUERY)
  expect(status).toBe(200)
  expect(tags.join(' ')).toContain(tagsOf(PAYLOAD).join(' '))
})

test('the fault of the guide is what a broken request gets', async () => {
  const { status, tags } = await post('<a/>')
  expect(status).toBe(500)
  expect(tags).toEqual(tagsOf(FAULT))
})
