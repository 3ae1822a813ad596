import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import {
  type Browser,
  type BrowserContext,
  chromium,
  type Locator,
  type Page,
  type Route,
} from 'playwright-core'
import { describeOn, ENGINES_OF_PAGES, type Engine } from './suite.ts'

/** Debian's Chromium. Its headless shell needs half the processor time, and is used where it is installed. */
const SHELL = '/usr/bin/chromium-headless-shell'
const CHROMIUM = process.env['CPIS_CHROMIUM'] ?? (existsSync(SHELL) ? SHELL : '/usr/bin/chromium')

/** Why journeys through the pages cannot be made here; undefined where they can. */
export const NO_BROWSER =
  existsSync(CHROMIUM) || process.env['CPIS_TEST_CHROMIUM'] === 'required'
    ? undefined
    : `${CHROMIUM} is not installed: apt-get install chromium-headless-shell`

/** A journey through the pages, in each part of the suite on one engine. */
export function describePages(name: string, journey: (engine: Engine) => void): void {
  describeOn(ENGINES_OF_PAGES, name, journey, NO_BROWSER)
}

const SCREENS = fileURLToPath(new URL('../../docs/screens/', import.meta.url))

/** The fonts that the design system names elsewhere are not to be had here: no other host is. */
const NO_OTHER_HOST = '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1'

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', NO_OTHER_HOST] })
}

/** A browser of somebody's own: a fresh window. Axe may run in it although pages let no script run. */
export function ownWindow(browser: Browser, baseUrl: string): Promise<BrowserContext> {
  return browser.newContext({
    baseURL: baseUrl,
    bypassCSP: true,
    viewport: { width: 1000, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/London',
  })
}

/** Signs in by the sandbox's page, by the name that it shows; the page itself is seen in journeys of its own, and costs others time. */
export async function signInAs(page: Page, name: string): Promise<void> {
  const shown = await (await page.request.get('/sign-in')).text()
  const label = `>${name.replaceAll("'", '&#39;')}</label>`
  const [before = '', after] = shown.split(label)
  if (after === undefined) throw new Error(`Nobody on the page is called ${name}`)
  const person = before.slice(before.lastIndexOf('value="')).split('"')[1] ?? ''
  await page.request.post('/sign-in', { form: { person } })
  await page.goto('/')
}

/**
 * Presses a button twice, as impatient people do, and waits for the page that comes of it. The service has answered the first press,
 * and the browser has not yet shown that answer, when the second comes: both reach the service, however fast or slow it is, and the
 * second never meets another page.
 */
export async function pressTwice(button: Locator): Promise<void> {
  const page = button.page()
  const answered = Promise.withResolvers<void>()
  let held = false
  const holdFirst = async (route: Route): Promise<void> => {
    if (held || !route.request().isNavigationRequest()) return route.fallback()
    held = true
    await route.fetch({ maxRedirects: 0 }).then(() => answered.resolve(), answered.reject)
  }
  await page.route('**/*', holdFirst)
  await button.scrollIntoViewIfNeeded()
  const { x, y, width, height } = await placeOf(button)
  // By the mouse itself: a locator waits for the page that the first press leads to.
  const press = () => page.mouse.click(x + width / 2, y + height / 2)
  await press()
  await answered.promise
  const arrived = page.waitForEvent('framenavigated', frame => frame === page.mainFrame())
  await press()
  await arrived
  await page.unroute('**/*', holdFirst)
  await page.waitForLoadState()
}

async function placeOf(locator: Locator) {
  const box = await locator.boundingBox()
  if (!box) throw new Error(`${locator} is not to be seen`)
  return box
}

/** Keeps what the page looks like for the documentation, where screens are asked for (`CPIS_SCREENS=write`). */
export async function screen(page: Page, name: string): Promise<void> {
  if (process.env['CPIS_SCREENS'] !== 'write') return
  mkdirSync(SCREENS, { recursive: true })
  await page.screenshot({ path: `${SCREENS}${name}.png`, fullPage: true })
}
