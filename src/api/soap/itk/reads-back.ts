import { isDeepStrictEqual } from 'node:util'
import type { QueryResponseContent } from '../../../formats/hl7v3/query-response.ts'
import {
  type MiniServiceResponse,
  readMiniServiceResponse,
  writeMiniServiceResponse,
} from '../../../formats/itk/mini-service-response.ts'
import { ANSWER_LIMITS } from '../../../formats/soap/read-envelope.ts'
import { readTree } from '../../../formats/xml/read-tree.ts'
import { renderXml } from '../../../formats/xml/xml-writer.ts'

/**
 * Whether a response says to a reader what was answered: the same plans of the same people, and as many accesses. A reader that
 * saw fewer would take a child for one without a plan.
 */
export async function readsBack(
  response: MiniServiceResponse & { answer: QueryResponseContent },
): Promise<boolean> {
  const bytes = new TextEncoder().encode(renderXml(writeMiniServiceResponse(response)))
  const tree = await readTree(bytes, ANSWER_LIMITS)
  const read = tree.ok ? readMiniServiceResponse(tree.value) : undefined
  if (!read?.ok || !('answer' in read.value)) return false
  const { plans, accesses } = read.value.answer
  return (
    isDeepStrictEqual(outline(plans), outline(response.answer.plans)) &&
    accesses.length === response.answer.accesses.length
  )
}

/** Plans are gathered by record when they are written, so that their order may differ. */
function outline(plans: QueryResponseContent['plans']): readonly string[] {
  return plans
    .map(({ type, start, end, nhsNumber, authority }) =>
      JSON.stringify([type, start, end, nhsNumber, authority.odsCode]),
    )
    .sort()
}
