import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'
import { expect } from 'vitest'
import { gradeOf, longestSentence } from '../../src/domain/upload/testing.ts'
import { PART } from './suite.ts'

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
const IN_PAGE = fileURLToPath(new URL('./in-page.js', import.meta.url))

/** The width that is left of a window of 1,280 at 400 % (WCAG 2.2, 1.4.10). */
const NARROW = { width: 320, height: 640 }
const NARROW_TARGETS = { runOnly: { type: 'rule', values: ['target-size'] } }

/** Every rule of WCAG 2.2 AA and of best practice, those that are switched off unless asked for as well. */
const EVERY_RULE = {
  runOnly: {
    type: 'tag',
    values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'],
  },
  rules: Object.fromEntries(
    ['target-size', 'td-has-header', 'table-fake-caption', 'p-as-heading', 'focus-order-semantics'].map(
      rule => [rule, { enabled: true }],
    ),
  ),
}

/** What has been looked at in this file: the same page on another engine is not looked at again. */
const looked = new Set<string>()

/**
 * Fails where a page, as it is at this moment, is not for everybody. The everyday suite checks the page as it is: axe-core, names for
 * screen readers, the sign of the focus, and plain English. The rest of the suite also checks it under forced colours on light and on
 * dark, with more contrast, and in a window at 400 %. One check at each page of a journey.
 */
export async function expectAccessible(page: Page): Promise<void> {
  await page.addScriptTag({ path: IN_PAGE })
  const likeness = await inPage<string>(page, 'likeness()')
  if (looked.has(likeness)) return
  looked.add(likeness)
  const wrong = [
    ...(await faultsAsItIs(page)),
    ...(PART === 'rest' ? await faultsUnderOtherConditions(page) : []),
  ]
  expect(wrong, wrong.join('\n')).toEqual([])
}

async function faultsAsItIs(page: Page): Promise<string[]> {
  return [
    ...(await axe(page, EVERY_RULE)),
    ...(await found(page, 'as it is', [
      'withoutNames()',
      'faintShapes()',
      'unseenFocus(false)',
      'covering()',
      'withoutRoom()',
    ])),
    ...hardWords(await inPage<string[]>(page, 'prose()')),
  ]
}

async function faultsUnderOtherConditions(page: Page): Promise<string[]> {
  const window = page.viewportSize() ?? NARROW
  const wrong: string[] = []
  await inPage(page, 'remembered = inPage.standingOut(), true')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ forcedColors: 'active', colorScheme })
    wrong.push(
      ...(await found(page, `forced colours, ${colorScheme}`, [
        'faintWords(4.5)',
        'faintShapes()',
        'unseenFocus(true)',
        'withoutEdges(inPage.remembered)',
      ])),
    )
  }
  await page.emulateMedia({ forcedColors: null, colorScheme: null, contrast: 'more' })
  wrong.push(...(await found(page, 'more contrast', ['faintWords(7)', 'faintShapes()'])))
  await page.emulateMedia({ contrast: null })
  await page.setViewportSize(NARROW)
  wrong.push(
    ...(await found(page, 'at 400 %', ['withoutRoom()'])),
    ...(await axe(page, NARROW_TARGETS)).map(said => `at 400 %: ${said}`),
  )
  await page.setViewportSize(window)
  return wrong
}

/** Lets every page of a window be asked where its focus is. */
export async function watchFocus(window: BrowserContext): Promise<void> {
  await window.addInitScript({ path: IN_PAGE })
}

/** Fails where whoever uses a keyboard cannot see what has the focus, because it is outside the window or behind something (WCAG 2.2, 2.4.11). */
export async function expectSeenFocus(page: Page): Promise<void> {
  // What is scrolled into the window arrives there a moment later.
  await expect.poll(() => inPage(page, 'hiddenFocus()')).toEqual([])
}

/** What axe-core says against the page. */
async function axe(page: Page, options: object): Promise<string[]> {
  if ((await page.evaluate('typeof axe')) === 'undefined') await page.addScriptTag({ path: AXE })
  const { violations, looked } = await page.evaluate(async options => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<Record<string, { id: string; nodes: { html: string }[] }[]>> }
    }
    const { violations = [], ...others } = await axe.run(options)
    return {
      violations: violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      looked: [...violations, ...Object.values(others).filter(Array.isArray).flat()].map(({ id }) => id),
    }
  }, options)
  expect(looked).toContain('target-size')
  return violations
}

/** What keeps somebody of eleven from reading a page. Headings and labels of a word or two have no sentence to be measured by. */
function hardWords(blocks: readonly string[]): string[] {
  const ended = blocks
    .filter(block => block.split(' ').length > 3)
    .map(block => (/[.?:]$/.test(block) ? block : `${block}.`))
  if (ended.length === 0) return []
  const grade = gradeOf(ended.join(' '))
  return [
    ...(grade >= 6 ? [`asks for a reader of ${Math.round(grade + 5)} years`] : []),
    ...ended.filter(block => longestSentence(block) > 24).map(block => `a long sentence: “${block}”`),
  ]
}

async function found(page: Page, when: string, checks: readonly string[]): Promise<string[]> {
  const said: string[][] = await page.evaluate(`[${checks.map(check => `inPage.${check}`).join()}]`)
  return said.flat().map(wrong => `${when}: ${wrong}`)
}

function inPage<T>(page: Page, call: string): Promise<T> {
  return page.evaluate(`inPage.${call}`)
}
