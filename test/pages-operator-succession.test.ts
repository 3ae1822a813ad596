import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localDay } from '../src/domain/english-time.ts'
import { describePages, launchBrowser, ownWindow, pressTwice, signInAs } from './support/browser.ts'
import { expectAccessible } from './support/page-manner.ts'
import { freshNhsNumber, storedAuthority, storedPlan } from './support/records.ts'
import { makePlace, type Place, type RunningService, startIn } from './support/running-service.ts'
import { until } from './support/until.ts'

const [OLD, WEST, EAST] = ['S0936', 'S0801', 'S0802'] as const
const HEADINGS = 'NHS number,plan type,start,old local id,successor,new local id'

/** What an operator does on the pages when a council ends. */
describePages('the hand-over of plans on the pages', engine => {
  let place: Place
  let running: RunningService
  let browser: Browser
  let page: Page
  const [wren, robin] = [freshNhsNumber(), freshNhsNumber()]

  beforeAll(async () => {
    place = await makePlace(engine)
    running = await startIn(place, { CPIS_SANDBOX_CHILDREN: '10', CPIS_SANDBOX_AUTHORITIES: '1' })
    const { database } = running.service.store
    for (const odsCode of [OLD, WEST, EAST]) await storedAuthority(database, odsCode)
    for (const nhs_number of [wren, robin]) await storedPlan(database, { nhs_number, authority: OLD })
    browser = await launchBrowser()
    page = await (await ownWindow(browser, running.service.baseUrl)).newPage()
    await signInAs(page, 'Hawthorn Imaginary')
  })
  afterAll(async () => {
    await browser?.close()
    await running?.stop()
    await place?.remove()
  })

  const fits = async () => {
    await expectAccessible(page)
    const sideways = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect(sideways).toBeLessThanOrEqual(0)
  }
  const problem = () => page.getByRole('alert').innerText()
  const says = (text: string | RegExp) => page.getByText(text).first().waitFor()
  const fill = async (successors: string, day: string, rows?: readonly string[]) => {
    const [year = '', month = '', date = ''] = day.split('-')
    const label = (name: string) => page.getByLabel(name, { exact: true })
    await label('Successors').fill(successors)
    await label('Day').fill(date)
    await label('Month').fill(month)
    await label('Year').fill(year)
    const buffer = Buffer.from([HEADINGS, ...(rows ?? [])].join('\n'))
    if (rows)
      await page.locator('#file').setInputFiles({ name: 'hand-over.csv', mimeType: 'text/csv', buffer })
    await page.getByRole('button', { name: 'See what it would do' }).click()
  }
  const successions = async (state: string) =>
    (await running.service.store.storage.successions.list()).filter(one => one.state === state)
  const holder = async (nhsNumber: string) => {
    const row = await running.service.store.database.statement<{ authority: string }>(
      'holder',
      'select authority from speaking_plan where person = $1',
      [nhsNumber],
    )
    return row[0]?.authority
  }
  const today = localDay(new Date())

  test('what is wrong is said at its field (rule 19.13)', async () => {
    await page.goto(`/operator/authorities/${OLD}`)
    await page.getByRole('link', { name: 'Hand its plans over to successors' }).click()
    await fits()
    await fill(WEST, '2027-02-30')
    expect(await problem()).toContain('Enter a real day')
    await fits()
    await fill(`${WEST} ${EAST}`, today)
    expect(await problem()).toContain('Of several successors name the default one')
    await fill('NOBODY', today)
    expect(await problem()).toContain('NOBODY is not registered')
    await fill(OLD, today)
    expect(await problem()).toContain('cannot be its own successor')
    await fill(WEST, today, [`${wren},CPP,2026-01-01,,${EAST},`])
    expect(await problem()).toContain(`Row 2 of the file names ${EAST}`)
    await fill(WEST, today, ['x,CPP,2026-01-01,,S0801,'])
    expect(await problem()).toContain('Row 2: enter a valid NHS number')
    expect(await running.service.store.storage.successions.list()).toEqual([])
  })

  test('what it would do is shown first; confirmed twice it is planned once, and taken back (rules 19.13 and 21.18)', async () => {
    await page.getByLabel('Default successor (needed with several)').fill(WEST)
    await fill(`${WEST} ${EAST}`, '2099-04-01', [`${robin},CPP,2026-01-01,,${EAST},`])
    await says('Nothing was changed yet')
    await says('1 plan, 1 person')
    await says('Plans that no row names: 1')
    await fits()
    expect(await running.service.store.storage.successions.list()).toEqual([])
    await pressTwice(page.getByRole('button', { name: 'Plan the hand-over' }))
    await says('Planned')
    await fits()
    expect(await successions('planned')).toHaveLength(1)
    await page.getByRole('button', { name: 'Take it back' }).click()
    await says('Withdrawn')
    expect(await successions('planned')).toHaveLength(0)
  })

  test('on its day it is done, the authority stands as passed on, and it is undone on the page (rules 19.14 and 19.18)', async () => {
    await page.getByLabel('Default successor (needed with several)').fill(WEST)
    await fill(`${WEST} ${EAST}`, today, [`${robin},CPP,2026-01-01,,${EAST},`])
    await page.getByRole('button', { name: 'Plan the hand-over' }).click()
    await until(async () => (await successions('done')).length === 1 || undefined)
    expect([await holder(wren), await holder(robin)]).toEqual([WEST, EAST])
    await page.goto(`/operator/authorities/${OLD}`)
    await says('Passed on to a successor')
    await says(`COUNCIL ${EAST} (${EAST})`)
    await fits()
    await page.getByRole('link', { name: 'Hand its plans over to successors' }).click()
    await says('Plans that go back if it is undone')
    await page.getByRole('button', { name: 'Undo it' }).click()
    await says('Undone')
    expect([await holder(wren), await holder(robin)]).toEqual([OLD, OLD])
    await fits()
    const rows = await running.service.store.database.kysely
      .selectFrom('audit')
      .select(['action', 'door', 'actor'])
      .where('subject', '=', OLD)
      .where('action', 'in', ['plan succession', 'undo succession', 'withdraw succession'])
      .where('outcome', '=', 'allowed')
      .where('reason', 'is', null)
      .execute()
    expect(rows.map(({ action }) => action).sort()).toEqual([
      'plan succession',
      'plan succession',
      'undo succession',
      'withdraw succession',
    ])
    expect(new Set(rows.map(({ door, actor }) => `${door} ${actor}`))).toEqual(
      new Set(['web operator: Hawthorn Imaginary']),
    )
  })
})
