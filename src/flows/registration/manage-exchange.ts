import type { AuditEntry } from '../../domain/audit/audit.ts'
import type { Mailbox, Workflow } from '../../domain/mailbox/mesh-message.ts'
import type { MailboxId, OdsCode } from '../../domain/organisation.ts'
import type { CareOrganisation } from '../../domain/registration/care-setting.ts'
import type { Asid, ClientSystem } from '../../domain/registration/client-system.ts'
import { failure, type Result, success } from '../../domain/result.ts'
import type { Clock, NewId, RegisterStores, Storage, Stores } from '../ports.ts'
import type { QueryKey } from '../query/ports.ts'
import type { AuthorityDescription } from './ports.ts'

/** Who exchanges what with whom is data: these are the operator's ways to change it, each on record and one after the other (rules 7.6, 3.8, 8.1 and 19.12). */
export interface ManageExchangeDeps {
  readonly storage: Storage
  readonly clock: Clock
  readonly newId: NewId
  /** Who does it, where it is not an operator at the command line. */
  readonly by?: Pick<AuditEntry, 'via' | 'actor'>
}

export interface CpisWorkflows {
  readonly uploadWorkflow: string
  readonly acknowledgementWorkflow: string
  readonly notificationWorkflow: string
  readonly inactiveNumberWorkflow: string
}

/** Adds a mailbox, or changes the name, organisation and password of one. */
export function addMailbox(deps: ManageExchangeDeps, mailbox: Mailbox): Promise<void> {
  return onRegister(deps, { action: 'add mailbox', subject: mailbox.id }, stores =>
    stores.mailboxes.add(mailbox),
  )
}

/** Adds a workflow, or further senders and receivers to one. */
export function addWorkflow(deps: ManageExchangeDeps, workflow: Workflow): Promise<void> {
  return onRegister(deps, { action: 'add workflow', subject: workflow.id }, stores =>
    stores.workflows.add(workflow),
  )
}

/** What CP-IS needs to exchange files and messages with an authority. */
export interface RegisterDeps extends ManageExchangeDeps {
  readonly mesh: CpisWorkflows & { readonly cpisMailbox: MailboxId }
}

export interface AuthorityToAdd extends Omit<AuthorityDescription, 'mailbox'> {
  readonly mailbox: Mailbox
  readonly live?: boolean
  /** The mailbox is that of another authority, and serves both from now on: it stays as it is (rule 19.19). */
  readonly isMailboxShared?: boolean
}

/**
 * Takes an authority on, or changes what is known of one: its mailbox may send uploads, and receive acknowledgements and
 * notifications. What a new one sends is a test until it goes live; `live` has it go live at once (rule 19.2). The mailbox of another
 * authority is shared only where that is said.
 */
export function addAuthority(
  deps: RegisterDeps,
  authority: AuthorityToAdd,
): Promise<Result<void, MailboxOfOther | NoMailboxToShare>> {
  return deps.storage.registration(async stores => {
    const owner = await otherOwner(stores, authority.mailbox.id, authority.odsCode)
    if (owner && !authority.isMailboxShared) return failure({ kind: 'mailbox-of-other', owner })
    if (authority.isMailboxShared && !(await stores.mailboxes.find(authority.mailbox.id)))
      return failure({ kind: 'no-mailbox-to-share' })
    await takeOn(deps, stores, authority)
    return success(undefined)
  })
}

export interface NoMailboxToShare {
  readonly kind: 'no-mailbox-to-share'
}

export interface MailboxOfOther {
  readonly kind: 'mailbox-of-other'
  readonly owner: OdsCode
}

/** Whose mailbox it is, where it is another authority's. */
export async function otherOwner(
  stores: Stores,
  mailbox: MailboxId,
  odsCode: OdsCode,
): Promise<OdsCode | undefined> {
  const owners = (await stores.authorities.ofMailbox(mailbox)).map(authority => authority.odsCode)
  return owners.includes(odsCode) ? undefined : owners[0]
}

/** Mailbox, authority and audit entry, whoever was there before; part of the caller's transaction. */
export async function takeOn(
  deps: RegisterDeps,
  stores: RegisterStores,
  { live, isMailboxShared = false, ...described }: AuthorityToAdd,
): Promise<void> {
  if (!isMailboxShared) await stores.mailboxes.add(described.mailbox)
  await enrolAuthority(stores, deps.mesh, { ...described, mailbox: described.mailbox.id })
  if (live) await stores.authorities.goLive(described.odsCode, deps.clock.now())
  await recordChange(deps, stores, {
    action: 'add authority',
    subject: described.odsCode,
    ...(isMailboxShared && { details: { sharedMailbox: described.mailbox.id } }),
  })
}

/** The authority and its part in the four exchanges; its mailbox is there. */
export async function enrolAuthority(
  stores: RegisterStores,
  mesh: CpisWorkflows & { readonly cpisMailbox: MailboxId },
  authority: AuthorityDescription,
): Promise<void> {
  await stores.authorities.add(authority)
  for (const workflow of cpisWorkflows(mesh, authority.mailbox)) await stores.workflows.add(workflow)
}

export interface ContractOfOther {
  readonly kind: 'contract-of-other'
  readonly asid: Asid
}

/** Lets a clinical system ask, or changes what is known of one (rule 9.5). */
export function addClientSystem(
  deps: ManageExchangeDeps,
  system: ClientSystem,
): Promise<Result<void, ContractOfOther>> {
  return deps.storage.registration(async stores => putSystem(deps, stores, system))
}

/** The system and its audit entry, whatever was known of it before; part of the caller's transaction. */
export async function putSystem(
  deps: ManageExchangeDeps,
  stores: RegisterStores,
  system: ClientSystem,
): Promise<Result<void, ContractOfOther>> {
  const rival = await contractRival(stores, system)
  if (rival) return failure({ kind: 'contract-of-other', asid: rival })
  await stores.clientSystems.add(system)
  await recordChange(deps, stores, { action: 'add client system', subject: system.asid })
  return success(undefined)
}

/** Another system that goes by the contract of this one: each has its own (rule 13.2). */
export async function contractRival(
  stores: Stores,
  { asid, contract }: ClientSystem,
): Promise<Asid | undefined> {
  const holder = contract && (await stores.clientSystems.withContract(contract.cpaId))
  return holder?.asid === asid ? undefined : holder?.asid
}

/** From now on the system's questions are refused. False where there is no such system. */
export function removeClientSystem(deps: ManageExchangeDeps, asid: Asid): Promise<boolean> {
  return deps.storage.registration(async stores => {
    if (!(await stores.clientSystems.remove(asid))) return false
    await recordChange(deps, stores, { action: 'remove client system', subject: asid })
    return true
  })
}

/**
 * An answer that its system did not take is posted again, as if for the first time (rule 13.5). False where it is not undeliverable:
 * of two operators who ask for it at once, one does it.
 */
export function postAnswerAgain(deps: ManageExchangeDeps, question: QueryKey): Promise<boolean> {
  return deps.storage.transaction(async stores => {
    if (!(await stores.asynchronousAnswers.retryUndelivered(question, deps.clock.now()))) return false
    await recordChange(deps, stores, { action: 'post answer again', subject: question.messageId })
    return true
  })
}

/** A job that failed is tried again at once. False where none of that id has failed: it was tried meanwhile, or never was. */
export function retryJob(deps: ManageExchangeDeps, id: string): Promise<boolean> {
  return deps.storage.transaction(async stores => {
    if (!(await stores.oversight.retryJob(id))) return false
    await recordChange(deps, stores, { action: 'retry job', subject: id })
    return true
  })
}

/** An upload that was set aside is tried again, as if for the first time (rule 3.22). False where it is not set aside. */
export function tryUploadAgain(deps: ManageExchangeDeps, messageId: string): Promise<boolean> {
  return deps.storage.transaction(async stores => {
    if (!(await stores.uploadAttempts.takeUp(messageId))) return false
    await stores.jobs.enqueue('receive-upload', messageId)
    await recordChange(deps, stores, { action: 'try upload again', subject: messageId })
    return true
  })
}

/** Makes an organisation of health known, or changes what is known of one (rule 19.7). */
export function addOrganisation(deps: ManageExchangeDeps, organisation: CareOrganisation): Promise<void> {
  return onRegister(deps, { action: 'add organisation', subject: organisation.odsCode }, stores =>
    stores.organisations.add(organisation),
  )
}

/** Why an organisation cannot be removed. */
export type OrganisationObstacle =
  | { readonly kind: 'no-such-organisation' }
  | { readonly kind: 'still-asks'; readonly systems: readonly Asid[] }

/** Removes an organisation of health that asks through no system any more (rule 19.7). */
export function removeOrganisation(
  deps: ManageExchangeDeps,
  odsCode: OdsCode,
): Promise<Result<void, OrganisationObstacle>> {
  return deps.storage.registration(async stores => {
    const systems = await stores.clientSystems.ofOrganisation(odsCode)
    if (!(await stores.organisations.find(odsCode))) return failure({ kind: 'no-such-organisation' })
    if (systems.length > 0) return failure({ kind: 'still-asks', systems: systems.map(({ asid }) => asid) })
    await stores.organisations.remove(odsCode)
    await recordChange(deps, stores, { action: 'remove organisation', subject: odsCode })
    return success(undefined)
  })
}

/** Makes sure that CP-IS has its own mailbox and its workflows; changes nothing that is there. */
export async function ensureOwnMailbox(deps: RegisterDeps, own: Mailbox): Promise<void> {
  await deps.storage.registration(async stores => {
    if (await stores.mailboxes.find(own.id)) return
    await stores.mailboxes.add(own)
    for (const workflow of cpisWorkflows(deps.mesh)) await stores.workflows.add(workflow)
    await recordChange(deps, stores, { action: 'add own mailbox', subject: own.id })
  })
}

/** The four exchanges of CP-IS with authorities, and which way each goes. */
function cpisWorkflows(
  mesh: CpisWorkflows & { readonly cpisMailbox: MailboxId },
  authority?: MailboxId,
): Workflow[] {
  const authorities = authority ? [authority] : []
  const own = [mesh.cpisMailbox]
  const toAuthorities = { senders: own, receivers: authorities }
  return [
    { id: mesh.uploadWorkflow, description: 'CP-IS upload', senders: authorities, receivers: own },
    { id: mesh.acknowledgementWorkflow, description: 'CP-IS upload acknowledgement', ...toAuthorities },
    { id: mesh.notificationWorkflow, description: 'CP-IS access notification', ...toAuthorities },
    { id: mesh.inactiveNumberWorkflow, description: 'CP-IS inactive number notification', ...toAuthorities },
  ]
}

/** Makes a change of the register and leaves its audit entry, in one transaction. */
function onRegister(
  deps: ManageExchangeDeps,
  entry: OperatorEntry,
  change: (stores: RegisterStores) => Promise<void>,
): Promise<void> {
  return deps.storage.registration(async stores => {
    await change(stores)
    await recordChange(deps, stores, entry)
  })
}

export type OperatorEntry = Pick<AuditEntry, 'action' | 'subject' | 'details'>

/** What an operator did, unless somebody else is named, as part of the transaction that did it. */
export function recordChange(
  deps: Pick<ManageExchangeDeps, 'clock' | 'newId' | 'by'>,
  stores: Stores,
  entry: OperatorEntry,
  by: Pick<AuditEntry, 'via' | 'actor'> = deps.by ?? { via: 'operations', actor: 'operator' },
): Promise<void> {
  return stores.audit.append({
    ...entry,
    ...by,
    id: deps.newId(),
    at: deps.clock.now(),
    outcome: 'allowed',
  })
}
