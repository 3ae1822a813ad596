import type { FastifyInstance } from 'fastify'
import type { Mailbox } from '../domain/mailbox/mesh-message.ts'
import { type MailboxId, parseMailboxId } from '../domain/organisation.ts'
import type { Asid, ClientSystem } from '../domain/registration/client-system.ts'
import type { Database } from '../storage/open-database.ts'
import { type SandboxAuthority, sandboxAuthorities } from './authorities.ts'
import { CAST } from './cast.ts'
import { type ExamplePerson, examplePeople } from './example-people.ts'
import { sandboxIssuerRoutes } from './issuer-routes.ts'
import { remember } from './memory.ts'
import { type PdsConduct, sandboxPds } from './pds-server.ts'
import { makePopulation, type Population } from './population.ts'
import { type SandboxSignIn, sandboxSignIn } from './sign-in.ts'
import { SYSTEMS } from './systems.ts'
import { issueToken } from './token-issuer.ts'

const ISSUER_PATH = '/sandbox/issuer'
const PDS_PATH = '/sandbox/personal-demographics/FHIR/R4'

/** The made-up England around a service: its people, PDS, clinicians and authorities. Never opened in production mode. */
export interface Sandbox {
  readonly population: Population
  /** How its PDS behaves; tests and demonstrations change it. */
  readonly pdsConduct: PdsConduct
  readonly authorities: readonly SandboxAuthority[]
  /** Of these authorities. What is for them never leaves the service (rule 18.11). */
  readonly mailboxes: readonly MailboxId[]
  /** Numbers worth asking for. */
  readonly people: readonly ExamplePerson[]
  /** To be registered when the service starts. */
  readonly systems: readonly ClientSystem[]
  /** Whose tokens the sandbox believes: its own. `here` is the address that the service reaches itself by. */
  tokens(baseUrl: string, here: string): { issuer: string; audience: string; jwksUrl: string }
  pdsUrl(here: string): string
  routes(app: FastifyInstance, baseUrl: string): void
  /** Who may sign in to the pages. */
  signIn(baseUrl: string): SandboxSignIn
  describe(service: SandboxedService): object
}

export interface SandboxedService {
  readonly baseUrl: string
  /** CP-IS's own, by which systems address it. */
  readonly spineAsid: Asid | undefined
  readonly mesh: { readonly sharedKey: string; readonly cpisMailbox: string; readonly uploadWorkflow: string }
}

export async function openSandbox(
  database: Database,
  settings: { readonly seed: number; readonly authorities: number; readonly children: number },
  clock: { now(): Date },
  newId: () => string,
): Promise<Sandbox> {
  const { country, issuerKey } = await remember(database, settings, clock.now())
  const population = makePopulation({
    seed: country.seed,
    authorities: sandboxAuthorities(country.authorities),
    children: country.children * country.authorities,
    today: country.referenceDay,
  })
  const people = examplePeople(population)
  const pdsConduct = { down: false, delayMs: 0 }
  return {
    population,
    pdsConduct,
    authorities: population.shares.map(share => share.authority),
    mailboxes: population.shares.map(({ authority }) => sandboxMailbox(authority).id),
    people,
    systems: SYSTEMS,
    tokens: (baseUrl, here) => ({
      issuer: baseUrl + ISSUER_PATH,
      audience: baseUrl,
      jwksUrl: `${here}${ISSUER_PATH}/jwks`,
    }),
    pdsUrl: here => here + PDS_PATH,
    routes: (app, baseUrl) => {
      app.register(sandboxPds, { prefix: PDS_PATH, country: population.country, conduct: pdsConduct })
      app.register(sandboxIssuerRoutes, {
        prefix: ISSUER_PATH,
        key: issuerKey,
        issuer: baseUrl + ISSUER_PATH,
        audience: baseUrl,
        now: clock.now,
        newId,
      })
    },
    signIn: baseUrl =>
      sandboxSignIn(
        population.shares.map(({ authority }) => authority),
        member =>
          issueToken(member, {
            key: issuerKey,
            issuer: baseUrl + ISSUER_PATH,
            audience: baseUrl,
            at: clock.now(),
            tokenId: newId(),
          }),
      ),
    describe: ({ baseUrl, mesh, spineAsid }) => ({
      baseUrl,
      country: population.country,
      clinicians: CAST.map(({ handle, role, organisation, activities }) => ({
        name: handle,
        activities,
        role: role.display,
        organisation: organisation.name,
      })),
      mesh: {
        sharedKey: mesh.sharedKey,
        cpisMailboxId: mesh.cpisMailbox,
        uploadWorkflowId: mesh.uploadWorkflow,
      },
      authorities: population.shares.map(({ authority }) => {
        const { id, password } = sandboxMailbox(authority)
        return { odsCode: authority.odsCode, name: authority.name, mailboxId: id, password }
      }),
      systems: SYSTEMS.map(({ asid, partyKey, organisation, allows }) => ({
        asid,
        partyKey,
        odsCode: organisation.odsCode,
        allows,
      })),
      spineAsid,
      people,
    }),
  }
}

/** The mailbox of a sandbox authority; its password is no secret. */
export function sandboxMailbox({ odsCode, name }: SandboxAuthority): Mailbox {
  const id = parseMailboxId(`LA${odsCode}OT001`)
  if (!id) throw new Error(`${odsCode} makes no mailbox id`)
  return { id, name, odsCode, password: `sandbox-${odsCode}` }
}
