/** What a downloaded message says of itself. A report has no content: it tells what became of `linkedMessageId`. */
export interface MeshMessageInfo {
  readonly id: string
  readonly kind: 'DATA' | 'REPORT'
  readonly from?: string
  readonly to?: string
  readonly workflowId: string
  readonly localId?: string
  readonly partnerId?: string
  readonly subject?: string
  readonly fileName?: string
  readonly contentType?: string
  readonly chunks: number
  readonly linkedMessageId?: string
  readonly failure?: { readonly code: string; readonly event: string; readonly description: string }
}

/** Reads the `mex-` headers of a message that was asked for by its id. */
export function readMessageInfo(messageId: string, headers: Headers): MeshMessageInfo {
  const isReport = headers.get('mex-messagetype') === 'REPORT'
  // A report says "chunk 1 of 0".
  const chunks = Number(/:(\d+)$/.exec(headers.get('mex-chunk-range') ?? '')?.[1] ?? 1)
  const optional = {
    from: headers.get('mex-from'),
    to: headers.get('mex-to'),
    localId: headers.get('mex-localid'),
    partnerId: headers.get('mex-partnerid'),
    subject: headers.get('mex-subject'),
    fileName: headers.get('mex-filename'),
    contentType: headers.get('mex-content-type'),
    linkedMessageId: headers.get('mex-linkedmsgid'),
  }
  return {
    id: headers.get('mex-messageid') ?? messageId,
    kind: isReport ? 'REPORT' : 'DATA',
    workflowId: headers.get('mex-workflowid') ?? '',
    chunks,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null)),
    ...(isReport && {
      failure: {
        code: headers.get('mex-statuscode') ?? '',
        event: headers.get('mex-statusevent') ?? '',
        description: headers.get('mex-statusdescription') ?? '',
      },
    }),
  }
}
