import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import nunjucks from 'nunjucks'
import { shownSequence } from '../domain/upload/upload.ts'
import { displayNhsNumber, englishDay, englishMoment, phoneHref } from './words.ts'

/** Where the design system of the NHS website keeps its templates and styles. */
export const DESIGN_SYSTEM = dirname(createRequire(import.meta.url).resolve('nhsuk-frontend/package.json'))

const VIEWS = fileURLToPath(new URL('./views', import.meta.url))

/** Renders a view; every value is escaped, whatever it is. */
export type Render = (view: string, values: object) => string

export function renderer(): Render {
  const environment = new nunjucks.Environment(
    new nunjucks.FileSystemLoader([VIEWS, join(DESIGN_SYSTEM, 'dist')], { noCache: false }),
    { autoescape: true, throwOnUndefined: false, trimBlocks: true, lstripBlocks: true },
  )
  environment.addFilter('nhsNumber', displayNhsNumber)
  environment.addFilter('sequence', shownSequence)
  environment.addFilter('day', englishDay)
  environment.addFilter('moment', englishMoment)
  environment.addFilter('tel', phoneHref)
  return (view, values) => environment.render(view, values)
}
