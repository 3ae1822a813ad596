import type {
  InactiveNumber,
  InactiveNumberNotification,
} from '../../domain/notification/inactive-number-notification.ts'
import { element, writeXml, type XmlNode } from '../xml/xml-writer.ts'
import { INTENDED_RECIPIENT } from './codes.ts'
import { message, templated, valued } from './message.ts'
import { writeOrganisation } from './organisations.ts'
import { writePersonIds } from './subjects.ts'
import { writeTimestamp } from './time.ts'

/** Writes which numbers an authority holds that are no longer in use (REPC_MT000005GB01), one subject for each. */
export function writeInactiveNumberNotification(
  notification: InactiveNumberNotification,
): AsyncIterable<Uint8Array> {
  const { id, createdAt, authority, numbers } = notification
  return writeXml(
    message(
      'CP-ISInactiveNHSNumberNotification',
      valued('effectiveTime', writeTimestamp(createdAt)),
      element('id', { root: id.toUpperCase() }),
      templated(
        'primaryInformationRecipient',
        INTENDED_RECIPIENT,
        writeOrganisation('representedSourceOrganization', authority),
      ),
      ...numbers.map(writeNumber),
    ),
  )
}

/** A number without a replacement says so by having none: the message has no code for the reason. */
function writeNumber(number: InactiveNumber): XmlNode {
  const replacements = number.replacements.map(extension => element('id', { extension }))
  return element(
    'subject',
    {},
    element(
      'pDSInactivePatient',
      {},
      ...writePersonIds(number, 'id'),
      replacements.length === 0
        ? undefined
        : element('replacedBy', {}, element('newVersion', {}, ...replacements)),
      element(
        'subjectOf',
        {},
        element('lAUploadFile', {}, element('value', { extension: String(number.uploadSequence) })),
      ),
    ),
  )
}
