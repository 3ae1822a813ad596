import { isDeepStrictEqual } from 'node:util'
import type { Mailbox } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { AuthoritySettings } from '../../domain/registration/authority.ts'
import type { CareOrganisation } from '../../domain/registration/care-setting.ts'
import type { ClientSystem } from '../../domain/registration/client-system.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { RegisterStores, Stores } from '../ports.ts'
import {
  contractRival,
  enrolAuthority,
  otherOwner,
  type RegisterDeps,
  recordChange,
} from './manage-exchange.ts'

export interface OnboardDeps extends RegisterDeps {
  readonly newPassword: (mailbox: MailboxId) => string
}

/** A mailbox without a password keeps the one it has, or is made one. */
export type MailboxToOnboard = Omit<Mailbox, 'password'> & { readonly password?: string }

export interface AuthorityToOnboard extends Partial<AuthoritySettings> {
  readonly odsCode: OdsCode
  readonly name: string
  readonly mailboxId: MailboxId
  readonly password?: string
}

/** Who is to use the service from now on, and how; whoever is not named stays as they are. */
export interface OnboardingFile {
  readonly mailboxes: readonly MailboxToOnboard[]
  readonly authorities: readonly AuthorityToOnboard[]
  readonly organisations: readonly CareOrganisation[]
  readonly systems: readonly ClientSystem[]
}

/** What became, or would become, of one entry of the file. */
export interface OnboardedLine {
  readonly kind: 'mailbox' | 'authority' | 'organisation' | 'system'
  readonly id: string
  readonly outcome: 'added' | 'changed' | 'unchanged'
  /** One that was made for this file: told this once. */
  readonly password?: string
}

interface Step {
  readonly line: OnboardedLine
  readonly apply: (stores: RegisterStores) => Promise<void>
}

/**
 * Takes on everybody that a file names, in one transaction, or nobody and says why (rule 19.8). The same file again changes
 * nothing. A dry run only says what would become of each entry.
 */
export function onboard(
  deps: OnboardDeps,
  file: OnboardingFile,
  { dryRun }: { readonly dryRun: boolean },
): Promise<Result<readonly OnboardedLine[], readonly string[]>> {
  const mailboxes = [...file.mailboxes, ...file.authorities.map(mailboxOf)]
  return deps.storage.registration(async stores => {
    const problems = [...repeated(file, mailboxes), ...(await conflicts(deps, stores, file, mailboxes))]
    if (problems.length > 0) return failure(problems)
    const steps = await stepsOf(deps, stores, file, mailboxes)
    const changing = steps.filter(({ line }) => line.outcome !== 'unchanged')
    if (dryRun) {
      await recordChange(deps, stores, {
        action: 'try onboarding file',
        details: { changes: changing.length },
      })
      return success(steps.map(({ line: { password: _unused, ...line } }) => line))
    }
    for (const { line, apply } of changing) {
      await apply(stores)
      await recordChange(deps, stores, { action: `onboard ${line.kind}`, subject: line.id })
    }
    await recordChange(deps, stores, {
      action: 'apply onboarding file',
      details: { changes: changing.length },
    })
    return success(steps.map(({ line }) => line))
  })
}

/** One after the other: a transaction has one connection. */
async function stepsOf(
  deps: OnboardDeps,
  stores: Stores,
  file: OnboardingFile,
  mailboxes: readonly MailboxToOnboard[],
): Promise<Step[]> {
  const steps: Step[] = []
  for (const mailbox of mailboxes) steps.push(await mailboxStep(deps, stores, mailbox))
  for (const authority of file.authorities) steps.push(await authorityStep(deps, stores, authority))
  for (const organisation of file.organisations) steps.push(await organisationStep(stores, organisation))
  for (const system of file.systems) steps.push(await systemStep(stores, system))
  return steps
}

function mailboxOf({ mailboxId, name, odsCode, password }: AuthorityToOnboard): MailboxToOnboard {
  return { id: mailboxId, name, odsCode, ...(password !== undefined && { password }) }
}

/** Who is named twice: the file would say two things of one. */
function repeated(file: OnboardingFile, mailboxes: readonly MailboxToOnboard[]): string[] {
  const twice = (what: string, ids: readonly (string | undefined)[]) => {
    const known = ids.filter(id => id !== undefined)
    return [...new Set(known.filter((id, at) => known.indexOf(id) !== at))].map(
      id => `${what} ${id} stands in the file more than once.`,
    )
  }
  return [
    ...twice(
      'Mailbox',
      mailboxes.map(({ id }) => id),
    ),
    ...twice(
      'Authority',
      file.authorities.map(({ odsCode }) => odsCode),
    ),
    ...twice(
      'Organisation',
      file.organisations.map(({ odsCode }) => odsCode),
    ),
    ...twice(
      'System',
      file.systems.map(({ asid }) => asid),
    ),
    ...twice(
      'CPA id',
      file.systems.map(({ contract }) => contract?.cpaId),
    ),
  ]
}

/** What belongs to somebody else already. */
async function conflicts(
  { mesh }: OnboardDeps,
  stores: Stores,
  { authorities, systems }: OnboardingFile,
  mailboxes: readonly MailboxToOnboard[],
): Promise<string[]> {
  const problems: string[] = []
  for (const { id, odsCode } of mailboxes) {
    const held = await stores.mailboxes.find(id)
    if (id === mesh.cpisMailbox) problems.push(`Mailbox ${id} is that of CP-IS itself.`)
    else if (held && held.odsCode !== odsCode) problems.push(`Mailbox ${id} is that of ${held.odsCode}.`)
  }
  for (const { odsCode, mailboxId } of authorities) {
    const owner = await otherOwner(stores, mailboxId, odsCode)
    if (owner) problems.push(`Mailbox ${mailboxId} is that of authority ${owner}.`)
  }
  for (const system of systems) {
    const rival = await contractRival(stores, system)
    if (rival) problems.push(`CPA id ${system.contract?.cpaId} is that of system ${rival}.`)
  }
  return problems
}

async function mailboxStep(deps: OnboardDeps, stores: Stores, wanted: MailboxToOnboard): Promise<Step> {
  const held = await stores.mailboxes.find(wanted.id)
  const newPassword = deps.newPassword(wanted.id)
  const password = wanted.password ?? held?.password ?? newPassword
  const made = wanted.password === undefined && password === newPassword
  return {
    line: { kind: 'mailbox', id: wanted.id, outcome: outcomeOf(held, wanted), ...(made && { password }) },
    apply: changed => changed.mailboxes.add({ ...wanted, password }),
  }
}

async function authorityStep(
  { mesh }: OnboardDeps,
  stores: Stores,
  { mailboxId: mailbox, password: _mailboxes, ...described }: AuthorityToOnboard,
): Promise<Step> {
  const held = await stores.authorities.find(described.odsCode)
  const wanted = { ...described, mailbox }
  // Once a file of its own has named it, that name stays (rule 3.3).
  const compared = held?.contact ? { ...wanted, name: held.name } : wanted
  return {
    line: { kind: 'authority', id: described.odsCode, outcome: outcomeOf(held, compared) },
    apply: changed => enrolAuthority(changed, mesh, wanted),
  }
}

async function organisationStep(stores: Stores, wanted: CareOrganisation): Promise<Step> {
  const held = await stores.organisations.find(wanted.odsCode)
  return {
    line: { kind: 'organisation', id: wanted.odsCode, outcome: outcomeOf(held, wanted) },
    apply: changed => changed.organisations.add(wanted),
  }
}

async function systemStep(stores: Stores, wanted: ClientSystem): Promise<Step> {
  const held = await stores.clientSystems.find(wanted.asid)
  return {
    line: { kind: 'system', id: wanted.asid, outcome: outcomeOf(held, wanted) },
    apply: changed => changed.clientSystems.add(wanted),
  }
}

/** Only what is said can differ. */
function outcomeOf<T extends object>(held: T | undefined, wanted: Partial<T>): OnboardedLine['outcome'] {
  if (!held) return 'added'
  const keys = Object.keys(wanted) as (keyof T)[]
  return keys.every(key => isDeepStrictEqual(held[key], wanted[key])) ? 'unchanged' : 'changed'
}
