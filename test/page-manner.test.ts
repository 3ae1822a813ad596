import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser, NO_BROWSER } from './support/browser.ts'
import { expectAccessible, expectSeenFocus, watchFocus } from './support/page-manner.ts'
import { PART } from './support/suite.ts'

const BLUE = 'background: #005eb8; color: #fff; padding: 8px'

/** What the pages of the service are held to, held to pages that are wrong in one thing each. */
describe.skipIf(NO_BROWSER)('a page that is not for everybody (rule 21.32)', () => {
  let browser: Browser
  let page: Page

  beforeAll(async () => {
    browser = await launchBrowser()
    const window = await browser.newContext({ viewport: { width: 1000, height: 800 } })
    await watchFocus(window)
    page = await window.newPage()
  })
  afterAll(() => browser?.close())

  const show = (content: string, style = '') =>
    page.setContent(`<!doctype html><html lang="en"><head><title>Ring now – CP-IS</title><style>
      :focus { outline: 4px solid #000 } ${style}</style></head>
      <body><main><h1>Ring now</h1><p>Ring the team <a href="#top">today</a>.</p>${content}</main></body></html>`)

  test('one that is passes', async () => {
    await show('')
    await expectAccessible(page)
  })

  const WRONG = [
    ['image-alt', '<img src="data:,">', ''],
    [
      'target-size',
      '<button>A</button><button>B</button>',
      'button { border: 0; height: 9px; padding: 0; width: 9px }',
    ],
    ['a field without a label', '<input aria-label="Name">', ''],
    ['a table without a caption', '<table><tr><th scope="col">A</th></tr><tr><td>B</td></tr></table>', ''],
    ['two parts of one name', '<nav aria-label="Menu"></nav><nav aria-label="Menu"></nav>', ''],
    ['a picture without a name', '<svg><rect width="9" height="9"/></svg>', ''],
    ['the title is', '<div class="nhsuk-error-summary">There is a problem</div>', ''],
    [
      'a wrong field that does not say what is wrong',
      '<div class="nhsuk-form-group--error"><label for="x">Name</label><input id="x"></div>',
      '',
    ],
    [
      'an error that leads to no field',
      '<p class="nhsuk-error-summary__list"><a href="#x">Write it</a></p>',
      '',
    ],
    [
      'forced colours, dark: a shape that can hardly be seen',
      '<svg role="img" aria-label="Bar"><rect width="9" height="9" fill="#212b32"/></svg>',
      '',
    ],
    [
      'forced colours, dark: words of contrast',
      '<svg role="img" aria-label="Bar"><text y="20" fill="#212b32">Bar</text></svg>',
      '',
    ],
    ['forced colours, light: stood out by colour alone', `<p style="${BLUE}">Ring</p>`, ''],
    ['as it is: nothing shows that it has the focus', '', 'a:focus { outline: none }'],
    [
      'forced colours, dark: nothing shows that it has the focus',
      '',
      'a:focus { background: #000; color: #fff; outline: none }',
    ],
    ['may cover what has the focus', '<p style="position: sticky; top: 0">Ring</p>', ''],
    ['more contrast: words of contrast 6.4', `<p style="${BLUE}; border: 1px solid">Ring</p>`, ''],
    ['at 400 %: the page is', '<p style="width: 500px">Ring</p>', ''],
    [
      'at 400 %: outside the window',
      '<p style="white-space: nowrap">Ring the office or the team that is there by night, now</p>',
      '',
    ],
    [
      'at 400 %: cut off',
      '<p style="overflow: hidden; white-space: nowrap">Ring the office or the team that is there by night, at once</p>',
      '',
    ],
    ['overlap', '<p>Ring the office</p><p style="margin-top: -34px">Ring the team</p>', ''],
    [
      'asks for a reader of',
      '<p>Comprehensive interdisciplinary safeguarding arrangements necessitate notification.</p>',
      '',
    ],
    ['a long sentence', `<p>${'Ring them and '.repeat(9)} go.</p>`, ''],
  ] as const
  // The everyday suite checks pages as they are: it cannot be told of what is wrong under other conditions only.
  const UNDER_OTHER_CONDITIONS = /^(forced colours|more contrast|at 400 %)/
  const wrongInThisPart = WRONG.filter(([said]) => UNDER_OTHER_CONDITIONS.test(said) === (PART === 'rest'))

  test.each(wrongInThisPart)('is told: %s', async (said, content, style) => {
    await show(content, style)
    await expect(expectAccessible(page)).rejects.toThrow(said)
  })

  test('is told: hidden while it has the focus', async () => {
    await show('<p style="background: #fff; inset: 0; position: fixed">Ring</p>')
    await page.keyboard.press('Tab')
    await expect(expectSeenFocus(page)).rejects.toThrow()
  })
})
