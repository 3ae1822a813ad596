import { AUTHOR_LIMITS, type AuthorField } from './author-fields.ts'
import type { AuthorFault } from './authors.ts'
import type { QueryFault } from './query-message.ts'

/** The checks of a query and the names by which the national service calls their faults, in the order in which it looks. */
const FAULTS = {
  id: ['ErrorBase1732.INVALID_ID', 'The message has no id, or one that is not a UUID.'],
  creationTime: [
    'ErrorBase1732.INVALID_CREATION_TIME',
    'The message has no creation time, or one that does not exist.',
  ],
  versionCode: ['ErrorBase1732.INVALID_VERSION_CODE', 'The message has no version code.'],
  interaction: [
    'ErrorBase1732.INCONSISTENT_HL7_INTERACTION_ID',
    'The interaction id of the message is missing, or names another interaction than the message is.',
  ],
  receiver: [
    'ErrorBase1732.INVALID_COMM_FUNC_RCV',
    'The message must name exactly one receiving system, by its ASID of twelve digits.',
  ],
  sender: [
    'ErrorBase1732.INVALID_COMM_FUNC_SND',
    'The message must name exactly one sending system, by its ASID of twelve digits.',
  ],
  controlAct: ['ErrorBase1732.INVALID_CONTROL_ACT', 'The message must hold exactly one ControlActEvent.'],
  author1: mandatory('author1', 'The control act must name exactly one authoring system, by its ASID.'),
  query: mandatory('cP-ISNHSQuery', 'The message must hold exactly one query.'),
  eventId: mandatory('Event ID', 'The query has no id, or one that is not a UUID.'),
  nhsNumber: mandatory('NHS Number', 'The query must name exactly one person, by NHS number.'),
  author: mandatory(
    '[authorPerson or authorDevice]',
    'The query must have exactly one author: a person, or a system that asks by itself.',
  ),
} as const satisfies Record<string, readonly [name: string, text: string]>

export type QueryCheck = keyof typeof FAULTS

export const QUERY_CHECKS = Object.keys(FAULTS) as readonly QueryCheck[]

export function queryFault(check: QueryCheck): QueryFault {
  const [name, text] = FAULTS[check]
  return { name, text }
}

/** Whether a fault is one of who asks, not of what is asked. */
export function isAuthorFault({ name }: QueryFault): boolean {
  return name === FAULTS.author[0] || Object.values(FAULTS).every(([known]) => known !== name)
}

/**
 * What the national service calls each field of an author, which differs between people and systems. It looks at neither role
 * profiles nor how many people are responsible: those names follow the pattern of the others.
 */
const AUTHOR_FIELDS: Readonly<Record<'person' | 'system', Readonly<Record<AuthorField, string>>>> = {
  person: {
    'job role code': 'Job Role Code',
    'job role name': 'Job Role Name',
    'organisation code': 'Organisation Code',
    'organisation name': 'Organisation Name',
    'user id': 'authorID',
    'role profile id': 'authorRoleProfileID',
    name: 'authorName',
    'system id': 'systemID',
    'people responsible': 'indirectAuthority',
  },
  system: {
    'system id': 'authorDevice.systemID',
    'organisation code': 'authorDevice.orgCode',
    'organisation name': 'authorDevice.orgName',
    'job role code': 'authorDevice.jobRoleCode',
    'job role name': 'authorDevice.jobRoleName',
    name: 'authorDevice.assignedPersonName',
    'people responsible': 'authorDevice.indirectAuthority',
    'user id': 'authorDevice.authorID',
    'role profile id': 'authorDevice.authorRoleProfileID',
  },
}

/** Every fault of an author. One that says too much is told by the name of the field too, and how much it may say. */
export function authorFaults(fault: AuthorFault): readonly QueryFault[] {
  if (fault.kind === 'no-author') return [queryFault('author')]
  const { kind, faults } = fault
  return faults.map(({ field, problem }) => {
    const { words, limit } = FIELD_WORDS[field]
    const [name, text] = mandatory(
      AUTHOR_FIELDS[kind][field],
      problem === 'missing'
        ? `The author of the query is a ${kind} without ${words}.`
        : `The author of the query is a ${kind} with ${words} that cannot be kept: ${limit}.`,
    )
    return { name, text }
  })
}

const NO_CONTROL = 'control characters are not accepted'
const ID_LIMIT = `it may have at most ${AUTHOR_LIMITS.id} characters, all of them printable ASCII`
const TEXT_LIMIT = `it may have at most ${AUTHOR_LIMITS.text} characters, and ${NO_CONTROL}`

const FIELD_WORDS: Readonly<Record<AuthorField, { readonly words: string; readonly limit: string }>> = {
  'user id': { words: 'a user id', limit: ID_LIMIT },
  'role profile id': { words: 'a role profile id', limit: ID_LIMIT },
  'system id': { words: 'an ASID', limit: ID_LIMIT },
  'job role code': {
    words: 'the code of a job role',
    limit: `it may have at most ${AUTHOR_LIMITS.id} characters without spaces, and ${NO_CONTROL}`,
  },
  'job role name': { words: 'the name of a job role', limit: TEXT_LIMIT },
  name: {
    words: 'the name of a person',
    limit: `each part may have at most ${AUTHOR_LIMITS.namePart} characters, there may be at most ${AUTHOR_LIMITS.givenNames} given names, and ${NO_CONTROL}`,
  },
  'organisation code': { words: 'the code of an organisation', limit: 'it has 2 to 12 letters and digits' },
  'organisation name': { words: 'the name of an organisation', limit: TEXT_LIMIT },
  'people responsible': {
    words: 'people responsible for it',
    limit: `there may be at most ${AUTHOR_LIMITS.people} of them`,
  },
}

function mandatory(field: string, text: string): readonly [string, string] {
  return [`ErrorBase1712.MANDATORY_DATA_MISSING|${field}`, text]
}
