import { PLAN_TYPES, type PlanType } from '../../domain/plan/plan.ts'
import type { PlanAsSent } from '../../domain/upload/upload.ts'
import { attributeOf, childrenOf, descend, type XmlElement } from '../xml/xml-element.ts'
import { element, type XmlNode } from '../xml/xml-writer.ts'
import { PLAN_DATE_PREFIX, RESPONSE_PLANS, type Template, UPLOAD_PLANS } from './codes.ts'
import { inTemplate, templated, valued } from './message.ts'

/** Which templates a message has for the kinds of plan. */
type PlanTemplates = Readonly<Record<PlanType, Template>>

/** A plan block of an upload (templates COCT_TP146100 to 146102). */
export function writePlan(plan: PlanAsSent): XmlNode {
  return writeBlock('pertinentInformation', UPLOAD_PLANS, plan)
}

/** A plan block of the response to a query (templates COCT_TP146103 to 146105). */
export function writeResponsePlan({ type, start, end }: PlanAsSent): XmlNode {
  return writeBlock('pertinentInformation15', RESPONSE_PLANS, {
    type,
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
  })
}

/** Start, end and delete, in this order. */
function writeBlock(relationship: string, templates: PlanTemplates, plan: PlanAsSent): XmlNode {
  const dated = (component: string, which: string, value: string | undefined) =>
    value === undefined
      ? undefined
      : element(
          component,
          {},
          element(`${PLAN_DATE_PREFIX[plan.type]}${which}Date`, {}, valued('value', value)),
        )
  return templated(
    relationship,
    templates[plan.type],
    dated('component', 'Start', plan.start),
    dated('component1', 'End', plan.end),
    dated('component2', 'Delete', plan.delete),
  )
}

/** The plans of one relationship of an upload; none where its kind is unknown or a date stands twice in it. */
export function readPlans(relationship: XmlElement): readonly PlanAsSent[] {
  return readBlocks(relationship, UPLOAD_PLANS)
}

/** The plans of one relationship of the response to a query; none under the same conditions. */
export function readResponsePlans(relationship: XmlElement): readonly PlanAsSent[] {
  return readBlocks(relationship, RESPONSE_PLANS)
}

function readBlocks(relationship: XmlElement, templates: PlanTemplates): readonly PlanAsSent[] {
  return PLAN_TYPES.flatMap(type => {
    const block = inTemplate(relationship, templates[type])
    return block ? readPlan(type, block) : []
  })
}

function readPlan(type: PlanType, block: XmlElement): readonly PlanAsSent[] {
  const start = dates(type, block, 'Start')
  const end = dates(type, block, 'End')
  const deleted = dates(type, block, 'Delete')
  if (start.length > 1 || end.length > 1 || deleted.length > 1) return []
  return [
    {
      type,
      ...(start[0] !== undefined && { start: start[0] }),
      ...(end[0] !== undefined && { end: end[0] }),
      ...(deleted[0] !== undefined && { delete: deleted[0] }),
    },
  ]
}

/** The values of a date, whichever component holds it; an empty one is none. */
function dates(type: PlanType, block: XmlElement, which: string): readonly string[] {
  return block.children
    .flatMap(component => childrenOf(component, `${PLAN_DATE_PREFIX[type]}${which}Date`))
    .flatMap(date => attributeOf(descend(date, 'value'), 'value') ?? [])
}
