import type { PlanType } from '../../domain/plan/plan.ts'
import type { FileCode } from '../../domain/upload/apply-upload.ts'
import type { RecordCode } from '../../domain/upload/record-faults.ts'

/**
 * Every identifier and code of the CP-IS HL7 v3 messages, once. Clauses are those of the published domain message
 * specification (DMS): its data types, templates, vocabularies and message models.
 */

/** Namespaces of every message (DMS schemas). */
export const HL7 = 'urn:hl7-org:v3'
export const NPFIT = 'NPFIT:HL7:Localisation'

/** Object identifiers of the data types II and CV (DMS data types, templates COCT_TP145100 to 145104). */
export const OID = {
  nhsNumber: '2.16.840.1.113883.2.1.4.1',
  localId: '2.16.840.1.113883.2.1.3.2.4.18.24',
  odsOrganisation: '2.16.840.1.113883.2.1.3.2.4.19.1',
  odsSite: '2.16.840.1.113883.2.1.3.2.4.19.2',
  sdsUser: '1.2.826.0.1285.0.2.0.65',
  sdsRoleProfile: '1.2.826.0.1285.0.2.0.67',
  asid: '1.2.826.0.1285.0.2.0.107',
  contentId: '2.16.840.1.113883.2.1.3.2.4.18.16',
  jobRole: '2.16.840.1.113883.2.1.3.2.4.17.196',
  recordResponse: '2.16.840.1.113883.2.1.3.2.4.17.473',
  interaction: '2.16.840.1.113883.2.1.3.2.4.12',
  detectedIssue: '2.16.840.1.113883.2.1.3.2.4.17.42',
  messagingError: '2.16.840.1.113883.2.1.3.2.4.17.32',
} as const

/** The interactions of a query; each is the name of its message's root element (DMS, TMS implementation). */
export const INTERACTIONS = {
  query: 'QUPC_IN000006GB01',
  queryResponse: 'REPC_IN000007GB01',
  queryFailure: 'QUQI_IN010000UK14',
  applicationAcknowledgement: 'MCCI_IN010000UK13',
} as const
export type Interaction = (typeof INTERACTIONS)[keyof typeof INTERACTIONS]

/** The version each is made to (vocabulary HL7StandardVersionCode): the generic ones by an older infrastructure than CP-IS's own. */
export const VERSION_CODES: Readonly<Record<Interaction, string>> = {
  QUPC_IN000006GB01: 'v3INF_DMSv5.7:FIN',
  REPC_IN000007GB01: 'v3INF_DMSv5.7:FIN',
  QUQI_IN010000UK14: 'V3NPfIT3.0',
  MCCI_IN010000UK13: 'V3NPfIT3.0',
}

/** A template with its root class, as the two names of it that a message holds (DMS template pages). */
export interface Template {
  readonly element: string
  readonly contentId: string
}

function template(id: string, rootClass: string): Template {
  return { element: `${id}.${rootClass}`, contentId: `${id}#${rootClass}` }
}

export const UNBORN_CHILD = template('COCT_TP145100GB01', 'UnbornChild')
export const CHILD = template('COCT_TP145101GB01', 'Child')
export const ASSIGNED_AUTHOR = template('COCT_TP145102GB01', 'AssignedAuthor')
export const INTENDED_RECIPIENT = template('COCT_TP145103GB01', 'IntendedRecipient')
export const SYSTEM = template('COCT_TP145104GB01', 'System')

/** How a kind of plan is written in an upload and its acknowledgement (COCT_TP146100 to 146102). */
export const UPLOAD_PLANS: Readonly<Record<PlanType, Template>> = {
  LAC: template('COCT_TP146100GB01', 'LACInformation'),
  CPP: template('COCT_TP146101GB01', 'CPPInformation'),
  UCPP: template('COCT_TP146102GB01', 'UCPInformation'),
}

/** How a kind of plan is written in the response to a query (COCT_TP146103 to 146105). */
export const RESPONSE_PLANS: Readonly<Record<PlanType, Template>> = {
  LAC: template('COCT_TP146103GB01', 'LACInformation'),
  UCPP: template('COCT_TP146104GB01', 'UCPInformation'),
  CPP: template('COCT_TP146105GB01', 'CPPInformation'),
}

/** The beginning of the names of a plan's dates, as in `cPPStartDate`. */
export const PLAN_DATE_PREFIX: Readonly<Record<PlanType, string>> = { CPP: 'cPP', LAC: 'lAC', UCPP: 'uCP' }

/** Vocabulary CP-ISUploadFileResponse (…17.474), exactly as the schema demands. */
/** Where an acknowledgement locates what it says of the file as a whole. */
export const FILE_LOCATION = '/File'

export const FILE_CODE_NAMES: Readonly<Record<FileCode, string>> = {
  CPF01: 'File Level Error',
  CPF02: 'Successful File Upload',
  CPF03: 'Partial File Upload',
  CPF04: 'Unsuccessful File Upload',
  CPF05: 'PDS Error - PDS Unavailable',
  CPF06: 'Spine ii rejected the request because this version of the CPIS Client is no longer supported',
}

/** Vocabulary CP-ISUploadRecordResponse (…17.473). The schema misspells CPR07's name and does not enforce it. */
export const RECORD_CODE_NAMES: Readonly<Record<RecordCode, string>> = {
  CPR01: 'PDS Error - No Match Found for NHS Number',
  CPR02: 'PDS Error - NHS Number Matched, but Sensitive Record',
  CPR03: 'PDS Error - NHS Number not Verified',
  CPR04: 'PDS Error - NHS Number Format Incorrect',
  CPR05: 'PDS Error - NHS Number Verified, but Superseded',
  CPR06: 'Successful Record Upload',
  CPR07: 'Unsuccessful Record Upload',
}

export function isFileCode(text: string | undefined): text is FileCode {
  return text !== undefined && Object.hasOwn(FILE_CODE_NAMES, text)
}

export function isRecordCode(text: string | undefined): text is RecordCode {
  return text !== undefined && Object.hasOwn(RECORD_CODE_NAMES, text)
}
