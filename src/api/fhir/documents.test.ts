import { createHash } from 'node:crypto'
import { Validator } from '@seriousme/openapi-schema-validator'
import Fastify from 'fastify'
import { afterEach, describe, expect, test } from 'vitest'
import { collect, inPieces } from '../../../test/support/bytes.ts'
import type { ApiResponse, OpenApiDocument, Operation } from '../../formats/fhir/openapi-document.ts'
import { r4Judges } from '../../formats/fhir/testing.ts'
import { writeOpenApiPage, writeRequestBody } from '../../formats/fhir/write-openapi-page.ts'
import type { XmlElement } from '../../formats/xml/xml-element.ts'
import { readXml } from '../../formats/xml/xml-reader.ts'
import { openApi, PREFIX } from './testing.ts'

const opened: ReturnType<typeof openApi>[] = []
afterEach(async () => {
  for (const via of opened.splice(0)) await via.server.close()
})

function via() {
  const made = openApi()
  opened.push(made)
  return made
}

async function read(path: string) {
  const { server, stage } = via()
  const response = await server.inject({ url: `${PREFIX}/${path}` })
  return { response, server, stage }
}

async function description(): Promise<OpenApiDocument> {
  return (await read('openapi.json')).response.json()
}

interface Described {
  readonly path: string
  readonly method: 'GET' | 'POST'
  readonly operation: Operation
}

function operationsOf({ paths }: OpenApiDocument): Described[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({
      path,
      method: method.toUpperCase() as Described['method'],
      operation,
    })),
  )
}

/** Every answer that is described, with where it stands. */
function answersOf(document: OpenApiDocument): [string, ApiResponse][] {
  const shared = Object.entries(document.components.responses)
  const own = operationsOf(document).flatMap(({ operation }) =>
    Object.entries(operation.responses).flatMap(([status, response]): [string, ApiResponse][] =>
      '$ref' in response ? [] : [[`${operation.operationId} ${status}`, response]],
    ),
  )
  return [...shared, ...own]
}

function examplesOf(response: ApiResponse) {
  return Object.values(response.content).flatMap(({ schema, examples = {} }) =>
    Object.entries(examples).map(([name, { value }]) => ({ name, schema, value })),
  )
}

describe('the OpenAPI document', () => {
  test('is OpenAPI 3.1 to the published meta-schema, and the judge would notice', async () => {
    const document = await description()
    const judge = new Validator()
    expect(await judge.validate({ ...document })).toEqual({ valid: true })
    expect(judge.version).toBe('3.1')
    const broken = { ...document, paths: { CareTeam: {} } }
    expect(await new Validator().validate(broken)).toMatchObject({ valid: false })
  })

  test('needs no sign-in, may not be kept, and leaves its audit entry', async () => {
    const { response, stage } = await read('openapi.json')
    expect(response.statusCode).toBe(200)
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8')
    expect(response.headers['cache-control']).toBe('no-store')
    expect(stage.entries).toMatchObject([{ action: 'read description', outcome: 'allowed' }])
  })

  test('describes every route of the API and no other', async () => {
    const { server } = via()
    const routes: string[] = []
    server.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) routes.push(`${one} ${url}`)
    })
    await server.ready()
    // HEAD is GET without the body, and said so once for all.
    const served = routes
      .filter(route => !route.startsWith('HEAD '))
      .map(route => route.replaceAll(/:(\w+)\([^/]+\)/g, '{$1}'))
    const described = operationsOf(await description()).map(
      ({ method, path }) => `${method} ${PREFIX}${path}`,
    )
    expect(served.length).toBeGreaterThan(10)
    expect(described.sort()).toEqual(served.sort())
  })

  test('every request it shows is answered, and none of what it calls optional is needed', async () => {
    const { server } = via()
    for (const { path, method, operation } of operationsOf(await description())) {
      const shown = operation.parameters.filter(({ example }) => example !== undefined)
      const values = (where: string, all: boolean) =>
        Object.fromEntries(
          shown
            .filter(parameter => parameter.in === where && (all || parameter.required))
            .map(({ name, example }) => [name, example]),
        )
      const [body] = Object.entries(operation.requestBody?.content ?? {})
      for (const all of [true, false]) {
        const response = await server.inject({
          method,
          url: `${PREFIX}${path.replaceAll(/\{(\w+)\}/g, (_, name) => values('path', all)[name] ?? '')}`,
          query: values('query', all) as Record<string, string>,
          headers: {
            ...(operation.security?.length !== 0 && { authorization: 'Bearer both' }),
            ...values('header', all),
            ...(body && { 'content-type': body[0] }),
          },
          ...(body && { payload: writeRequestBody(body[0], body[1].example) }),
        })
        expect(response.statusCode, operation.operationId).toBe(path === '/Appointment' ? 201 : 200)
        expect(Object.keys(operation.responses), operation.operationId).toContain(String(response.statusCode))
      }
    }
  })

  test('every example is valid R4 and keeps the schema beside it', async () => {
    const document = await description()
    const judge = r4Judges()
    const server = Fastify()
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      server.post(`/${name}`, { schema: { body: schema } }, async () => 'kept')
    }
    let seen = 0
    for (const [where, response] of answersOf(document)) {
      for (const { name, schema, value } of examplesOf(response)) {
        expect(judge(value as Parameters<typeof judge>[0]), `${where} ${name}`).toEqual([])
        if (!('$ref' in schema)) continue
        const schemaName = String(schema.$ref).split('/').at(-1)
        const kept = await server.inject({ method: 'POST', url: `/${schemaName}`, payload: value as object })
        expect(kept.body, `${where} ${name}`).toBe('kept')
        seen++
      }
    }
    expect(seen).toBeGreaterThan(30)
    await server.close()
  })

  test('every error it describes has an example, and every reference leads somewhere', async () => {
    const document = await description()
    for (const [where, response] of answersOf(document)) {
      if (where.startsWith('Error')) expect(examplesOf(response).length, where).toBeGreaterThan(0)
    }
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/components\/(\w+)\/(\w+)"/g)
    for (const [, room = '', name = ''] of references) {
      expect(document.components).toHaveProperty([room, name])
    }
  })

  test('nobody’s number but the made-up one stands in it', async () => {
    const numbers = JSON.stringify(await description()).match(/(?<![\w-])[0-9]{10}(?![\w-])/g)
    expect(new Set(numbers)).toEqual(new Set(['9990000018']))
  })
})

describe('the page', () => {
  async function page(): Promise<{ all: XmlElement[]; html: string; policy: string }> {
    const { response } = await read('docs')
    const html = response.body
    expect(html.startsWith('<!doctype html>\n')).toBe(true)
    const [item] = await collect(readXml(inPieces(html.slice(html.indexOf('<html')))))
    if (item?.kind !== 'element') throw new Error('The page is not well-formed')
    const all = (element: XmlElement): XmlElement[] => [element, ...element.children.flatMap(all)]
    return { all: all(item.element), html, policy: String(response.headers['content-security-policy']) }
  }
  const named = (all: XmlElement[], name: string) => all.filter(element => element.name === name)
  const values = (all: XmlElement[], attribute: string) =>
    all.map(element => element.attributes.get(attribute)).filter(value => value !== undefined)

  test('is open to anybody, in English, and leaves its audit entry', async () => {
    const { response, stage } = await read('docs')
    expect(response.statusCode).toBe(200)
    expect(response.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(response.body).toContain('<html lang="en-GB">')
    expect(stage.entries).toMatchObject([{ action: 'read description page', outcome: 'allowed' }])
  })

  test('runs and loads nothing, and its own style is the one the policy allows', async () => {
    const { all, policy } = await page()
    for (const name of ['script', 'link', 'img', 'iframe', 'form']) expect(named(all, name)).toEqual([])
    expect(
      all.flatMap(({ attributes }) => [...attributes.keys()]).filter(name => /^(on|src|style)/.test(name)),
    ).toEqual([])
    const [style] = named(all, 'style')
    const hash = createHash('sha256')
      .update(style?.text ?? '')
      .digest('base64')
    expect(policy).toContain(`default-src 'none'; style-src 'sha256-${hash}'`)
    expect(style?.text).not.toMatch(/url\(|@import/)
  })

  test('every link leads somewhere, every heading has its order, and nothing is empty', async () => {
    const { all } = await page()
    const ids = values(all, 'id')
    expect(new Set(ids).size).toBe(ids.length)
    for (const href of values(all, 'href')) {
      if (href.startsWith('#')) expect(ids).toContain(href.slice(1))
      else expect((await read(href)).response.statusCode, href).toBe(200)
    }
    const levels = all.filter(({ name }) => /^h[1-6]$/.test(name)).map(({ name }) => Number(name[1]))
    expect(levels.filter(level => level === 1)).toHaveLength(1)
    const skipped = levels.filter((level, nth) => level - (levels[nth - 1] ?? 0) > 1)
    expect(skipped).toEqual([])
    const empty = all.filter(
      ({ children, text, name }) => children.length === 0 && text === '' && name !== 'meta',
    )
    expect(empty).toEqual([])
  })

  test('shows every address, every error and every example of the document', async () => {
    const { html, all } = await page()
    const document = await description()
    const texts = new Set(named(all, 'pre').map(({ text }) => text))
    for (const { method, path } of operationsOf(document)) expect(html).toContain(`${method} ${path}<`)
    for (const [where, response] of answersOf(document)) {
      if (where.startsWith('post-search-')) continue
      for (const { value } of examplesOf(response)) expect(texts).toContain(JSON.stringify(value, null, 2))
    }
  })
})

test('what stands in the description is text on the page, whatever it holds', async () => {
  const document = await description()
  const info = { ...document.info, title: '<script>alert("&")</script>' }
  expect(writeOpenApiPage({ ...document, info })).not.toContain('<script')
})

test('a description is not left without its audit entry (rule 8.1)', async () => {
  const made = openApi({ auditIsDown: true })
  opened.push(made)
  for (const path of ['openapi.json', 'docs']) {
    const response = await made.server.inject({ url: `${PREFIX}/${path}` })
    expect(response.statusCode).toBe(503)
    expect(response.headers['content-type']).toBe('application/fhir+json; charset=utf-8')
    expect(response.json().resourceType).toBe('OperationOutcome')
  }
})
