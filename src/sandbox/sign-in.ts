import type { SandboxAuthority } from './authorities.ts'
import { CAST, type CastMember } from './cast.ts'

/** Who can be chosen on the sandbox's sign-in page, and what signing in as them gives. */
export interface SandboxSignIn {
  readonly people: readonly {
    readonly id: string
    readonly kind: 'clinician' | 'authority' | 'operator'
    readonly name: string
    readonly role: string
    readonly organisation: string
  }[]
  signIn(id: string): Promise<SignedIn | undefined>
}

type SignedIn =
  | {
      readonly kind: 'clinician'
      readonly user: string
      readonly name: string
      readonly role: string
      readonly organisation: string
      readonly token: string
      readonly may: readonly ('unscheduled' | 'scheduled')[]
    }
  | {
      readonly kind: 'authority'
      readonly name: string
      readonly role: string
      readonly organisation: string
      readonly odsCode: SandboxAuthority['odsCode']
    }
  | { readonly kind: 'operator'; readonly name: string; readonly role: string; readonly organisation: string }

const OFFICER_NAMES = ['Juniper Madeup', 'Tamarind Fictional', 'Bergamot Pretend', 'Cicely Invented']

const OPERATOR = {
  kind: 'operator',
  name: 'Hawthorn Imaginary',
  role: 'Service operator',
  organisation: 'Sandbox National Service',
} as const

/** Everybody of the cast, a data officer for each authority, and an operator. Nobody of these names exists. */
export function sandboxSignIn(
  authorities: readonly SandboxAuthority[],
  issue: (member: CastMember) => Promise<string>,
): SandboxSignIn {
  const clinicians = CAST.map(member => ({
    id: member.handle,
    kind: 'clinician' as const,
    name: `${member.title} ${member.given} ${member.family}`,
    role: member.role.display,
    organisation: member.organisation.name,
  }))
  const officers = authorities.map(({ odsCode, name }, nth) => ({
    id: `authority-${odsCode}`,
    kind: 'authority' as const,
    name: OFFICER_NAMES[nth % OFFICER_NAMES.length] ?? 'Juniper Madeup',
    role: 'Data officer',
    organisation: name,
    odsCode,
  }))
  return {
    people: [...clinicians, ...officers, { id: 'operator', ...OPERATOR }],
    signIn: async chosen => {
      if (chosen === 'operator') return OPERATOR
      const officer = officers.find(({ id }) => id === chosen)
      if (officer) {
        const { id: _chosen, ...signedIn } = officer
        return signedIn
      }
      const member = CAST.find(({ handle }) => handle === chosen)
      const described = clinicians.find(({ id }) => id === chosen)
      if (!member || !described) return undefined
      const { id: _chosen, ...signedIn } = described
      const may = [
        ...(member.activities.includes('B0107') ? (['unscheduled'] as const) : []),
        ...(member.activities.includes('B0170') ? (['scheduled'] as const) : []),
      ]
      return { ...signedIn, user: member.userId, may, token: await issue(member) }
    },
  }
}
