/** As much of an OpenAPI 3.1 document as the description of the FHIR API needs. */
export interface OpenApiDocument {
  readonly openapi: '3.1.0'
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly servers: readonly { readonly url: string }[]
  readonly security: readonly SecurityRequirement[]
  /** By address below the server, then by method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<Method, Operation>>>>>
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, object>>
    readonly schemas: Readonly<Record<string, object>>
    readonly responses: Readonly<Record<string, ApiResponse>>
  }
}

export type Method = 'get' | 'post'
type SecurityRequirement = Readonly<Record<string, readonly string[]>>

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description: string
  /** Absent where the document's own holds; empty where nobody need sign in. */
  readonly security?: readonly SecurityRequirement[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: {
    readonly required: true
    readonly content: Readonly<Record<string, RequestContent>>
  }
  readonly responses: Readonly<Record<string, ApiResponse | Reference>>
}

export interface Parameter {
  readonly name: string
  readonly in: 'query' | 'header' | 'path'
  readonly description: string
  readonly required?: boolean
  readonly schema: Schema
  readonly example?: string
}

/** The few words of JSON Schema that parameters are described in. */
export interface Schema {
  readonly type: 'string'
  readonly description?: string
  readonly enum?: readonly string[]
  readonly default?: string
  readonly pattern?: string
  readonly maxLength?: number
}

export interface RequestContent {
  readonly schema: object
  /** The fields of a form, or a resource. */
  readonly example: object
}

export interface ApiResponse {
  readonly description: string
  readonly headers: Readonly<Record<string, { readonly description: string; readonly schema: Schema }>>
  readonly content: Readonly<
    Record<string, { readonly schema: object; readonly examples?: Readonly<Record<string, Example>> }>
  >
}

export interface Example {
  readonly summary: string
  readonly value: unknown
}

export interface Reference {
  readonly $ref: string
}
