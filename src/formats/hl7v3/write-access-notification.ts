import type { AccessNotification, NotifiedAccess } from '../../domain/notification/access-notification.ts'
import { element, writeXml, type XmlNode } from '../xml/xml-writer.ts'
import { writeAuthor } from './authors.ts'
import { INTENDED_RECIPIENT } from './codes.ts'
import { message, templated, valued } from './message.ts'
import { writeOrganisation } from './organisations.ts'
import { writePersonIds } from './subjects.ts'
import { writeTimestamp } from './time.ts'

/** Writes what an authority is told of accesses (REPC_MT000004GB01), one record access for each (rules 6.1 and 6.4). */
export function writeAccessNotification(notification: AccessNotification): AsyncIterable<Uint8Array> {
  const { id, createdAt, authority, notifications } = notification
  return writeXml(
    message(
      'CP-ISAccessToServiceNotification',
      valued('effectiveTime', writeTimestamp(createdAt)),
      element('id', { root: id.toUpperCase() }),
      element(
        'pertinentInformation',
        {},
        element('pertinentTotalReturnedRecords', {}, valued('value', notifications.length)),
      ),
      ...notifications.map(writeAccess),
      templated(
        'primaryInformationRecipient',
        INTENDED_RECIPIENT,
        writeOrganisation('representedSourceOrganization', authority),
      ),
    ),
  )
}

function writeAccess(access: NotifiedAccess): XmlNode {
  return element(
    'pertinentInformation1',
    {},
    element(
      'pertinentCP-ISRecordAccess',
      {},
      element(
        'pertinentInformation2',
        {},
        element(
          'pertinentCP-ISNHSQuery',
          {},
          valued('effectiveTime', writeTimestamp(access.at)),
          element('id', { root: access.accessId.toUpperCase() }),
          writeAuthor(access.author),
          element('queryByParameter', {}, element('person.id', {}, ...writePersonIds(access, 'value'))),
        ),
      ),
      element(
        'reference',
        {},
        element('referredToLAUploadFile', {}, element('value', { extension: String(access.uploadSequence) })),
      ),
    ),
  )
}
