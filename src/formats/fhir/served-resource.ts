/** The resources that can be searched for. */
export type SearchedType = 'CareTeam' | 'AuditEvent' | 'Flag'

/** The addresses of searches below the base: the types, and the national name of a search for flags. */
export type SearchPath = SearchedType | 'PatientFlag'

/** One search as the API serves it: routes, searches and all descriptions of them are made from the same table. */
export interface ServedResource {
  /** What is found, as R4 calls it. */
  readonly type: SearchedType
  readonly path: SearchPath
  /** What a search finds, in words. */
  readonly documentation: string
  /** The canonical definition of its `patient` parameter. */
  readonly patientParameter: string
  readonly includes: readonly string[]
  /** The one code that a search may name, where what is found has one. */
  readonly code?: Readonly<Record<'system' | 'code' | 'display', string>>
}

/** A type of resource that is read by its id. */
export interface ReadResource {
  readonly type:
    | 'CareTeam'
    | 'Flag'
    | 'CarePlan'
    | 'AuditEvent'
    | 'PractitionerRole'
    | 'Appointment'
    | 'CodeSystem'
  /** `vread`: the one version that there is of each. */
  readonly interactions: readonly ('read' | 'vread')[]
  /** What is read, in words. */
  readonly documentation: string
}

/** A resource that may be sent to the API, for it to act on. */
export interface TakenResource {
  readonly type: 'Appointment'
  /** What comes of it, in words. */
  readonly documentation: string
}
