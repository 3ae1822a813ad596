/** The resources that can be searched for. */
export type SearchedType = 'CareTeam' | 'AuditEvent'

/** One kind of resource as the door serves it: routes, searches and the capability statement are made from the same table. */
export interface ServedResource {
  readonly type: SearchedType
  /** What a search finds, in words. */
  readonly documentation: string
  /** The canonical definition of its `patient` parameter. */
  readonly patientParameter: string
  readonly includes: readonly string[]
}
