/** Every name and code of Spine's synchronous messaging, once: SOAP 1.1, WS-Addressing of August 2004, and Spine's list of errors. */

export const SOAP = 'http://schemas.xmlsoap.org/soap/envelope/'
export const WSA = 'http://schemas.xmlsoap.org/ws/2004/08/addressing'
/** Where answers go that travel back on the connection of the request (WS-Addressing of 2004, clause 2.1). */
export const ANONYMOUS = `${WSA}/role/anonymous`
export const NASP = 'http://national.carerecords.nhs.uk/schema/'

/** What the errors of a fault are codes of. */
export const ERROR_CONTEXT = 'urn:nhs:names:errors:tms'

/** Clients ask again after 200, and leave it at the others. */
export const ERROR_CODES = { unsupportedService: '101', systemFailure: '200', notWellFormed: '201' } as const

/** The service that CP-IS is to Spine; an action is it, a slash and an interaction. */
export const SERVICE = 'urn:nhs:names:services:cpisquery'

export function actionOf(interaction: string): string {
  return `${SERVICE}/${interaction}`
}
