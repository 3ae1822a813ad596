import type { FastifyInstance } from 'fastify'
import type { JWK } from 'jose'
import { CAST, castMember } from './cast.ts'
import {
  issuePatientContext,
  issueToken,
  publicKeys,
  TOKEN_ALGORITHM,
  TOKEN_SECONDS,
} from './token-issuer.ts'

export interface SandboxIssuerOptions {
  readonly key: JWK
  /** The address that these routes are mounted at, which is the issuer's name. */
  readonly issuer: string
  readonly audience: string
  readonly now: () => Date
  readonly newId: () => string
}

/**
 * The sandbox issuer, a Fastify plugin: `GET /.well-known/openid-configuration`, `GET /jwks`, and `POST /token?as=ed-nurse`,
 * which hands anybody the token of a made-up clinician, and `POST /context?as=ed-nurse`, whose body is an NHS number as JSON, for a
 * patient context. Only ever to be mounted in sandbox mode.
 */
export async function sandboxIssuerRoutes(
  app: FastifyInstance,
  options: SandboxIssuerOptions,
): Promise<void> {
  app.register(async scope => {
    scope.post<{ Querystring: { as?: unknown }; Body: unknown }>('/context', async (request, reply) => {
      const { as: handle } = request.query
      const member = typeof handle === 'string' ? castMember(handle) : undefined
      if (!member || typeof request.body !== 'string') {
        return reply.code(400).send({ error: 'invalid_request', cast: CAST.map(({ handle: name }) => name) })
      }
      reply.header('Cache-Control', 'no-store')
      const issued = { ...options, at: options.now(), tokenId: options.newId() }
      return { context: await issuePatientContext(member, request.body, issued) }
    })
  })

  app.register(async scope => tokenRoutes(scope, options))
}

async function tokenRoutes(app: FastifyInstance, options: SandboxIssuerOptions): Promise<void> {
  const issuer = options.issuer.replace(/\/+$/, '')

  // Everything is in the address: whatever a client sends as the body of its POST is let pass.
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', async (_request: unknown, body: NodeJS.ReadableStream) => {
    body.resume()
  })

  app.get('/.well-known/openid-configuration', async () => ({
    issuer: options.issuer,
    jwks_uri: `${issuer}/jwks`,
    token_endpoint: `${issuer}/token`,
    response_types_supported: ['token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [TOKEN_ALGORITHM],
  }))

  app.get('/jwks', async () => publicKeys(options.key))

  app.post<{ Querystring: { as?: string | string[] } }>('/token', async (request, reply) => {
    const { as: handle } = request.query
    const member = typeof handle === 'string' ? castMember(handle) : undefined
    if (!member) {
      return reply.code(404).send({
        error: 'invalid_request',
        error_description: 'Say who signs in with ?as= and one of the names in cast',
        cast: CAST.map(({ handle: name, activities }) => ({ name, activities })),
      })
    }
    const token = await issueToken(member, { ...options, at: options.now(), tokenId: options.newId() })
    reply.header('Cache-Control', 'no-store')
    return { access_token: token, token_type: 'Bearer', expires_in: TOKEN_SECONDS }
  })
}
