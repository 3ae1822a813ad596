import type { NotifiedReport } from '../notification/missed-appointment.ts'
import type { Access } from './access.ts'
import type { Answer, VisiblePlan } from './answer.ts'

/** What an id led to, with the answer about the person that it belongs to (rule 4.13). The plan has the id that was asked for. */
export type Identified =
  | { readonly of: 'plan'; readonly plan: VisiblePlan; readonly answer: Answer }
  | { readonly of: 'access'; readonly access: Access; readonly answer: Answer }
  | { readonly of: 'report'; readonly report: NotifiedReport; readonly answer: Answer }

/** What has an id of its own in an answer. */
export type IdentifiedKind = Identified['of']
