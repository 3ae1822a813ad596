import type { AuthorFault, AuthorField } from './authors.ts'
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
  eventId: mandatory('Event ID', 'The query has no id, or one that is not a UUID.'),
  nhsNumber: mandatory('NHS Number', 'The query must name exactly one person, by NHS number.'),
  author: mandatory(
    'authorPerson/authorDevice',
    'The query must have an author: a person, or a system that asks by itself.',
  ),
} as const satisfies Record<string, readonly [name: string, text: string]>

export function queryFault(check: keyof typeof FAULTS): QueryFault {
  const [name, text] = FAULTS[check]
  return { name, text }
}

/** What the national service calls each field of an author, which differs between people and systems. */
const AUTHOR_FIELDS: Readonly<Record<'person' | 'system', Readonly<Record<AuthorField, string>>>> = {
  person: {
    'job role code': 'Job Role Code',
    'job role name': 'Job Role Name',
    'organisation code': 'Organisation Code',
    'organisation name': 'Organisation Name',
    'user id': 'authorID',
    name: 'authorName',
    'system id': 'systemID',
  },
  system: {
    'system id': 'systemID',
    'organisation code': 'orgCode',
    'organisation name': 'orgName',
    'job role code': 'jobRoleCode',
    'job role name': 'jobRoleName',
    name: 'assignedPersonName',
    'user id': 'authorID',
  },
}

export function authorFaults(fault: AuthorFault): readonly QueryFault[] {
  if (fault.kind === 'no-author') return [queryFault('author')]
  const { kind, missing } = fault
  return missing.map(field => {
    const [name, text] = mandatory(
      AUTHOR_FIELDS[kind][field],
      `The author of the query is a ${kind} without ${AUTHOR_FIELD_WORDS[field]}.`,
    )
    return { name, text }
  })
}

const AUTHOR_FIELD_WORDS: Readonly<Record<AuthorField, string>> = {
  'user id': 'a user id',
  'system id': 'an ASID',
  'job role code': 'the code of a job role',
  'job role name': 'the name of a job role',
  name: 'the name of a person',
  'organisation code': 'the code of an organisation',
  'organisation name': 'the name of an organisation',
}

function mandatory(field: string, text: string): readonly [string, string] {
  return [`ErrorBase1712.MANDATORY_DATA_MISSING|${field}`, text]
}
