import type { CommandLine } from './command-line.ts'
import { done } from './command-result.ts'
import { askSandbox, type SandboxGuide } from './sandbox-guide.ts'
import type { Styler } from './terminal.ts'
import { table } from './words.ts'
import { wrapped } from './wrapped.ts'

/** `cpis sandbox`: who and what is in the made-up England of the running service. */
export function addSandboxCommand({ program, perform, terminal, config }: CommandLine): void {
  program
    .command('sandbox')
    .description('who and what is in the made-up England: clinicians, authorities, people')
    .action(() =>
      perform(async () => {
        const sandbox = await askSandbox(config())
        if (!sandbox.ok) return sandbox.fault
        return done(sandbox.value.document, guideWords(terminal, sandbox.value.guide))
      }),
    )
}

function guideWords(styler: Styler, guide: SandboxGuide): string {
  const head = (text: string) => styler.style('bold', text)
  const { mesh, country } = guide
  return [
    `${head('Service')}  ${guide.baseUrl}`,
    `Everybody follows from seed ${country.seed} and the day ${country.referenceDay} (cpis population make).`,
    '',
    head('Clinicians (cpis token --as NAME)'),
    table([
      ['  name', 'activities', 'role'],
      ...guide.clinicians.map(({ name, activities, role, organisation }) => [
        `  ${name}`,
        activities.join(' ') || 'none',
        `${role}, ${organisation}`,
      ]),
    ]),
    '',
    head('Authorities'),
    table([
      ['  code', 'mailbox', 'password', 'name'],
      ...guide.authorities.map(({ odsCode, mailboxId, password, name }) => [
        `  ${odsCode}`,
        mailboxId,
        password,
        name,
      ]),
    ]),
    `  They send to ${mesh.cpisMailboxId} under ${mesh.uploadWorkflowId}; the shared key is ${mesh.sharedKey}.`,
    '',
    head('Systems that ask by HL7 v3 (cpis query NHS-NUMBER --via soap, ebxml or smsp)'),
    table([
      ['  ASID', 'party key', 'may ask'],
      ...guide.systems.map(({ asid, partyKey, allows }) => [`  ${asid}`, partyKey, allows.join(' ')]),
    ]),
    `  They post to ${guide.baseUrl}/sync-service, /reliablemessaging/reliablerequest or /smsp/cpis.`,
    `  The ASID of CP-IS is ${guide.spineAsid}; cpis client list shows what each may use.`,
    '',
    head('People worth asking for (cpis query NHS-NUMBER)'),
    ...guide.people.map(({ nhsNumber, note, authorities }) => {
      const held = authorities.length > 0 ? ` (${authorities.join(', ')})` : ''
      return wrapped(note + held, 78, 14).replace(/^ {14}/, `  ${nhsNumber}  `)
    }),
  ].join('\n')
}
