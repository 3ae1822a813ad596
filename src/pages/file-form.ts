import type { FastifyInstance, FastifyRequest } from 'fastify'

/** A table of so many bytes has more than ten thousand rows. */
const LONGEST_TABLE = 2 * 1024 * 1024

/**
 * Reads forms that a file comes with (multipart/form-data), by the platform's own reader. Fields are text, files bytes; nothing is
 * read past the limit.
 */
export function takeFiles(fastify: FastifyInstance): void {
  const options = { parseAs: 'buffer', bodyLimit: LONGEST_TABLE } as const
  fastify.addContentTypeParser(
    'multipart/form-data',
    options,
    async (request: FastifyRequest, body: Buffer) => {
      const headers = { 'content-type': request.headers['content-type'] ?? '' }
      const form = await new Response(new Uint8Array(body), { headers }).formData().catch(() => {
        throw Object.assign(new Error('The form cannot be read'), { statusCode: 400 })
      })
      const fields: Record<string, string | Uint8Array> = {}
      for (const [name, value] of form) {
        fields[name] = typeof value === 'string' ? value : new Uint8Array(await value.arrayBuffer())
      }
      return fields
    },
  )
}
