import { element, type XmlNode } from '../xml/xml-writer.ts'
import { XS } from './wsdl-schema.ts'

/** A service with one operation, as SOAP toolkits read it: WSDL 1.1, document/literal. Elements are named with their prefixes. */
export interface WsdlService {
  readonly name: string
  readonly namespace: string
  readonly documentation: string
  /** Where it is asked: absolute. */
  readonly address: string
  /** By their prefixes; `wsdl`, `soap`, `xs` and `tns` are taken. */
  readonly namespaces: Readonly<Record<string, string>>
  readonly schemas: readonly XmlNode[]
  readonly operation: {
    readonly name: string
    readonly action: string
    readonly input: WsdlMessage
    readonly output: WsdlMessage
    /** The element in the detail of a fault. */
    readonly fault: string
  }
}

interface WsdlMessage {
  /** The element in the body. */
  readonly body: string
  /** The elements in the header. */
  readonly headers: readonly string[]
}

const WSDL = 'http://schemas.xmlsoap.org/wsdl/'
const WSDL_SOAP = 'http://schemas.xmlsoap.org/wsdl/soap/'
const SOAP_OVER_HTTP = 'http://schemas.xmlsoap.org/soap/http'

/** What the parts of a description are called; a toolkit shows the first to whoever writes a fault's handler. */
const FAULT = 'Fault'
const BODY = 'body'

export function writeWsdl(service: WsdlService): XmlNode {
  const { name, namespace, documentation, namespaces, schemas, operation } = service
  const { input, output } = operation
  return element(
    'wsdl:definitions',
    {
      name,
      targetNamespace: namespace,
      'xmlns:wsdl': WSDL,
      'xmlns:soap': WSDL_SOAP,
      'xmlns:xs': XS,
      'xmlns:tns': namespace,
      ...Object.fromEntries(Object.entries(namespaces).map(([prefix, uri]) => [`xmlns:${prefix}`, uri])),
    },
    element('wsdl:documentation', {}, documentation),
    element('wsdl:types', {}, ...schemas),
    message('Request', [[BODY, input.body]]),
    message('RequestHeader', input.headers.map(partOf)),
    message('Response', [[BODY, output.body]]),
    message('ResponseHeader', output.headers.map(partOf)),
    message(FAULT, [['detail', operation.fault]]),
    portType(service),
    binding(service),
    element(
      'wsdl:service',
      { name },
      element(
        'wsdl:port',
        { name: `${name}Port`, binding: `tns:${name}Binding` },
        element('soap:address', { location: service.address }),
      ),
    ),
  )
}

function message(name: string, parts: readonly (readonly [name: string, element: string])[]): XmlNode {
  const written = parts.map(([part, shown]) => element('wsdl:part', { name: part, element: shown }))
  return element('wsdl:message', { name }, ...written)
}

/** A part of a header is called as its element is, without the prefix. */
function partOf(header: string): readonly [name: string, element: string] {
  return [header.slice(header.indexOf(':') + 1), header]
}

function portType({ name, operation }: WsdlService): XmlNode {
  return element(
    'wsdl:portType',
    { name: `${name}PortType` },
    element(
      'wsdl:operation',
      { name: operation.name },
      element('wsdl:input', { message: 'tns:Request' }),
      element('wsdl:output', { message: 'tns:Response' }),
      element('wsdl:fault', { name: FAULT, message: `tns:${FAULT}` }),
    ),
  )
}

function binding({ name, operation }: WsdlService): XmlNode {
  const literal = (headers: readonly string[], from: string) => [
    ...headers
      .map(partOf)
      .map(([part]) => element('soap:header', { message: `tns:${from}`, part, use: 'literal' })),
    element('soap:body', { use: 'literal' }),
  ]
  return element(
    'wsdl:binding',
    { name: `${name}Binding`, type: `tns:${name}PortType` },
    element('soap:binding', { style: 'document', transport: SOAP_OVER_HTTP }),
    element(
      'wsdl:operation',
      { name: operation.name },
      element('soap:operation', { soapAction: operation.action, style: 'document' }),
      element('wsdl:input', {}, ...literal(operation.input.headers, 'RequestHeader')),
      element('wsdl:output', {}, ...literal(operation.output.headers, 'ResponseHeader')),
      element('wsdl:fault', { name: FAULT }, element('soap:fault', { name: FAULT, use: 'literal' })),
    ),
  )
}
