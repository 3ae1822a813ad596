import { type OfficeHours, parseOfficeHours } from './office-hours.ts'

/** Hours that are right. */
export function expectHours(text: string): OfficeHours {
  const read = parseOfficeHours(text)
  if (!read.ok) throw new Error(read.fault)
  return read.value
}

/** What is wrong with hours that are not. */
export function expectFault(text: string): string {
  const read = parseOfficeHours(text)
  if (read.ok) throw new Error(`${text} was read as ${read.value}`)
  return read.fault
}
