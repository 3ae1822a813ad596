import { element, renderXml, type XmlContent, type XmlNode } from '../xml/xml-writer.ts'
import type {
  ApiResponse,
  Method,
  OpenApiDocument,
  Operation,
  Parameter,
  Schema,
} from './openapi-document.ts'
import { PAGE_STYLE } from './openapi-page-style.ts'

/** One operation where it stands in the document. */
interface Placed {
  readonly path: string
  readonly method: Method
  readonly operation: Operation
}

/**
 * The description of the API as a page for people: everything on it comes from the OpenAPI document. HTML is written by the
 * XML writer, which escapes all text; an element that may stand empty in XML alone is never written empty.
 */
export function writeOpenApiPage(document: OpenApiDocument): string {
  const operations = placedOperations(document)
  const page = element(
    'html',
    { lang: 'en-GB' },
    element(
      'head',
      {},
      element('meta', { charset: 'utf-8' }),
      element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      element('title', {}, document.info.title),
      element('style', {}, PAGE_STYLE),
    ),
    element(
      'body',
      {},
      element('a', { class: 'skip', href: '#main' }, 'Skip to the description'),
      element(
        'header',
        {},
        element('h1', {}, document.info.title),
        element('p', {}, `Version ${document.info.version}, at `, code(serverOf(document))),
      ),
      writeContents(operations),
      element(
        'main',
        { id: 'main' },
        ...writeAbout(document),
        ...writeHeaders(operations),
        ...operations.flatMap(placed => writeOperation(placed, document)),
        ...writeErrors(document),
      ),
    ),
  )
  return `<!doctype html>\n${renderXml(page)}\n`
}

function placedOperations({ paths }: OpenApiDocument): Placed[] {
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method: method as Method, operation })),
  )
}

function writeContents(operations: readonly Placed[]): XmlNode {
  return element(
    'nav',
    { 'aria-label': 'Contents' },
    element(
      'ul',
      {},
      item(link('#about', 'Before you start')),
      item(link('#headers', 'Headers of a request')),
      ...operations.map(placed => item(link(`#${placed.operation.operationId}`, code(nameOf(placed))))),
      item(link('#errors', 'Errors')),
    ),
  )
}

function writeAbout({ info }: OpenApiDocument): XmlNode[] {
  return [
    element('h2', { id: 'about' }, 'Before you start'),
    ...info.description.split('\n\n').map(text => element('p', {}, text)),
    element(
      'p',
      {},
      'The same for machines: ',
      link('openapi.json', 'the OpenAPI document'),
      ' and ',
      link('metadata', 'the FHIR CapabilityStatement'),
      '.',
    ),
  ]
}

/** The headers of all requests together: each is explained once. */
function writeHeaders(operations: readonly Placed[]): XmlNode[] {
  const headers = new Map(
    operations
      .flatMap(({ operation }) => operation.parameters)
      .filter(parameter => parameter.in === 'header')
      .map(parameter => [parameter.name, parameter]),
  )
  return [
    element('h2', { id: 'headers' }, 'Headers of a request'),
    element(
      'p',
      {},
      'Searches need ',
      code('Authorization: Bearer'),
      ' with your access token. These may stand beside it.',
    ),
    writeParameters('Headers', [...headers.values()]),
  ]
}

function writeOperation(placed: Placed, document: OpenApiDocument): XmlNode[] {
  const { operation, path } = placed
  const { operationId, summary, description, responses } = operation
  const queries = operation.parameters.filter(parameter => parameter.in === 'query')
  const errors = Object.entries(responses).filter(([, response]) => '$ref' in response)
  const answers = Object.entries(responses).flatMap(([status, response]) =>
    '$ref' in response || isPostedSearch(path) ? [] : writeExamples(status, response),
  )
  return [
    element('h2', { id: operationId }, code(nameOf(placed))),
    element('p', {}, `${summary}. ${description}`),
    ...(queries.length > 0 ? [writeParameters('Parameters', queries)] : []),
    element('h3', {}, 'Example request'),
    scrollable(`Example of ${nameOf(placed)}`, writeRequest(placed, document)),
    ...(answers.length > 0 ? [element('h3', {}, 'Example answers'), ...answers] : []),
    element(
      'p',
      {},
      'Errors: ',
      ...errors.flatMap(([status], nth) => [nth > 0 ? ', ' : undefined, link(`#error-${status}`, status)]),
    ),
  ]
}

function writeExamples(status: string, response: ApiResponse): XmlNode[] {
  return Object.values(response.content)
    .flatMap(({ examples = {} }) => Object.values(examples))
    .map(({ summary, value }) =>
      element(
        'details',
        {},
        element('summary', {}, `${status}: ${summary}`),
        scrollable(summary, JSON.stringify(value, null, 2)),
      ),
    )
}

function writeErrors({ components }: OpenApiDocument): XmlNode[] {
  return [
    element('h2', { id: 'errors' }, 'Errors'),
    element(
      'p',
      {},
      'Every error is a FHIR OperationOutcome. Its diagnostics say what to put right; texts never hold what you sent.',
    ),
    ...Object.entries(components.responses).flatMap(([name, response]) => {
      const status = name.replace(/\D/g, '')
      return [
        element('h3', { id: `error-${status}` }, `${status}: ${response.description}`),
        ...writeExamples(status, response),
      ]
    }),
  ]
}

function writeParameters(caption: string, parameters: readonly Parameter[]): XmlNode {
  const head = (text: string) => element('th', { scope: 'col' }, text)
  return element(
    'table',
    {},
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, head('Name'), head('What it is'))),
    element(
      'tbody',
      {},
      ...parameters.map(({ name, required, description, schema }) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row' }, code(name), required ? ' (needed)' : undefined),
          element('td', {}, description, ...writeChoices(schema)),
        ),
      ),
    ),
  )
}

function writeChoices({ enum: choices = [] }: Schema): XmlNode[] {
  if (choices.length === 0) return []
  return [element('ul', {}, ...choices.map(choice => item(code(choice))))]
}

/** The request as it travels, with the values that the parameters give as examples. */
function writeRequest({ path, method, operation }: Placed, document: OpenApiDocument): string {
  const { parameters, requestBody, security = document.security } = operation
  const { host, pathname } = new URL(serverOf(document))
  const shown = parameters.flatMap(({ in: where, name, example }) =>
    example === undefined ? [] : [{ where, name, example }],
  )
  const query = shown
    .filter(({ where }) => where === 'query')
    .map(({ name, example }) => `${name}=${example.replaceAll('|', '%7C')}`)
    .join('&')
  const [body] = Object.entries(requestBody?.content ?? {})
  const lines = [
    `${method.toUpperCase()} ${pathname}${path}${query && `?${query}`} HTTP/1.1`,
    `Host: ${host}`,
    ...(security.length > 0 ? ['Authorization: Bearer {access token}'] : []),
    ...shown.filter(({ where }) => where === 'header').map(({ name, example }) => `${name}: ${example}`),
  ]
  if (!body) return lines.join('\n')
  const [mediaType, { example }] = body
  return [...lines, `Content-Type: ${mediaType}`, '', writeRequestBody(mediaType, example)].join('\n')
}

/** The body of a request as it travels; a resource with room to read it. */
export function writeRequestBody(mediaType: string, example: object): string {
  return mediaType === 'application/x-www-form-urlencoded'
    ? new URLSearchParams({ ...example }).toString()
    : JSON.stringify(example, null, 2)
}

/** It is answered as the search by GET is, whose examples stand there. */
function isPostedSearch(path: string): boolean {
  return path.endsWith('/_search')
}

function serverOf({ servers }: OpenApiDocument): string {
  return servers.map(({ url }) => url).join(' ')
}

function nameOf({ method, path }: Placed): string {
  return `${method.toUpperCase()} ${path}`
}

/** Text that may be longer than its box: to be scrolled with the keyboard it must be able to have the focus. */
function scrollable(label: string, text: string): XmlNode {
  return element('pre', { tabindex: '0', role: 'region', 'aria-label': label }, text)
}

function code(text: string): XmlNode {
  return element('code', {}, text)
}

function link(href: string, content: XmlContent): XmlNode {
  return element('a', { href }, content)
}

function item(content: XmlContent): XmlNode {
  return element('li', {}, content)
}
