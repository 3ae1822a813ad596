import { existsSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core'

/** Debian's Chromium, or whatever stands in its place. */
const CHROMIUM = process.env['CPIS_CHROMIUM'] ?? '/usr/bin/chromium'

/** Why journeys through the pages cannot be made here; undefined where they can. */
export const NO_BROWSER =
  existsSync(CHROMIUM) || process.env['CPIS_TEST_CHROMIUM'] === 'required'
    ? undefined
    : `${CHROMIUM} is not installed: apt-get install chromium`
if (NO_BROWSER) process.stderr.write(`Journeys through the pages are skipped. ${NO_BROWSER}\n`)

const SCREENS = fileURLToPath(new URL('../../docs/screens/', import.meta.url))

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] })
}

/**
 * A browser of somebody's own: a fresh window. Axe may run in it although pages let no script run; the fonts that the design
 * system names elsewhere, which the pages forbid as well, are then kept out here.
 */
export async function ownWindow(browser: Browser, baseUrl: string): Promise<BrowserContext> {
  const window = await browser.newContext({
    baseURL: baseUrl,
    bypassCSP: true,
    viewport: { width: 1000, height: 800 },
    locale: 'en-GB',
    timezoneId: 'Europe/London',
  })
  await window.route(
    address => address.origin !== new URL(baseUrl).origin,
    route => route.abort(),
  )
  return window
}

/** Signs in by the sandbox's page, by the name that it shows. */
export async function signInAs(page: Page, name: string): Promise<void> {
  await page.goto('/sign-in')
  await page.getByLabel(name, { exact: true }).check()
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Keeps what the page looks like for the documentation, where screens are asked for (`CPIS_SCREENS=write`). */
export async function screen(page: Page, name: string): Promise<void> {
  if (process.env['CPIS_SCREENS'] !== 'write') return
  mkdirSync(SCREENS, { recursive: true })
  await page.screenshot({ path: `${SCREENS}${name}.png`, fullPage: true })
}
