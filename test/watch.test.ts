import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCli } from '../src/cli/testing.ts'
import type { RecordAsSent } from '../src/domain/upload/upload.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import { type AuthorityDesk, openDesk } from './support/authority-desk.ts'
import { collected } from './support/collected.ts'
import {
  describeJourney,
  makePlace,
  type Place,
  type RunningService,
  startIn,
} from './support/running-service.ts'
import { until } from './support/until.ts'

/** What is wrong with an authority reaches the operator, and is over when it is mended: through the real interfaces. */
describeJourney('watching the exchange', engine => {
  let place: Place
  let running: RunningService
  let settings: Record<string, string>
  let desk: AuthorityDesk

  beforeAll(async () => {
    place = await makePlace(engine)
    running = await startIn(place, {
      CPIS_SANDBOX_CHILDREN: '40',
      CPIS_SANDBOX_AUTHORITIES: '1',
      CPIS_WATCH_SECONDS: '1',
      CPIS_LOG_LEVEL: 'info',
    })
    const { port, adminPort } = running.service.config
    settings = { ...place.settings, PORT: String(port), CPIS_ADMIN_PORT: String(adminPort) }
    desk = await openDesk(running.service, upload().authority)
  })
  afterAll(async () => {
    await running.stop()
    await place.remove()
  })

  const upload = () => {
    const [first] = running.service.sandbox?.population.uploads ?? []
    if (!first) throw new Error('The sandbox has an authority')
    return first
  }
  const cpis = (...args: string[]) => runCli(args, { variables: settings })
  const kinds = async () => {
    const { concerns } = JSON.parse((await cpis('watch', '--json')).out) as { concerns: { kind: string }[] }
    return concerns.map(({ kind }) => kind)
  }
  const watched = (expected: readonly string[]) =>
    until(async () => ((await kinds()).join() === expected.join() ? true : undefined))
  const metric = async (kind: string) => {
    const { text } = { text: await (await fetch(`${running.service.adminUrl}/metrics`)).text() }
    return text.match(new RegExp(`^cpis_concerns\\{kind="${kind}"\\} (\\d+)$`, 'm'))?.[1]
  }
  const send = async (sequence: number, records: readonly RecordAsSent[]) => {
    const header = { ...upload().header, createdAt: new Date(), sequence, recordCount: records.length }
    return desk.upload(await collected(writeUpload(header, records)))
  }
  const withWrongNumber = (record: RecordAsSent): RecordAsSent => ({
    ...record,
    subjects: record.subjects.map(subject => ({ ...subject, nhsNumber: '9990000000' })),
  })

  test('nothing is wrong with an authority that was just taken on', async () => {
    await until(async () => ((await cpis('watch')).exitCode === 2 ? undefined : true))
    const { exitCode, out } = await cpis('watch')
    expect(exitCode).toBe(0)
    expect(out).toContain('Nothing is wrong')
    expect(await metric('match-rate')).toBe('0')
  })

  test('the service goes through all personal data from its start on, and says what is held (rules 23.9 and 23.11)', async () => {
    await until(async () => ((await cpis('retention')).exitCode === 0 ? true : undefined))
    expect((await cpis('retention')).out).toMatch(
      /730 days +\d+ +0 .* plans, what was taken back of plans, and to whom single plans passed/,
    )
    const metrics = await (await fetch(`${running.service.adminUrl}/metrics`)).text()
    expect(metrics).toMatch(/^cpis_retention_past\{kind="plans"\} 0$/m)
    expect(Number(/^cpis_retention_seconds (\S+)$/m.exec(metrics)?.[1])).toBeLessThan(600)
  })

  test('a file of wrong numbers is raised once, in the log, the metrics and the list', async () => {
    const records = [...upload().records].slice(0, 5)
    await send(1, records.map(withWrongNumber))
    await watched(['match-rate', 'phones-unconfirmed'])
    const { exitCode, out } = await cpis('watch')
    expect(exitCode).toBe(1)
    expect(out).toContain('0 of 5 NHS numbers are right (0 %)')
    expect(await metric('match-rate')).toBe('1')
    await send(2, records)
    await watched(['phones-unconfirmed'])
    const lines = running.logLines.filter(line => line.includes('"match-rate"'))
    expect(lines.map(line => JSON.parse(line).msg)).toEqual([
      'concern raised: see cpis watch',
      'concern cleared',
    ])
    expect(await metric('match-rate')).toBe('0')
  })

  test('phone numbers are confirmed by whoever rang just these', async () => {
    const { odsCode } = upload().authority
    const { dutyPhone, officePhone } = upload().header.authority
    const wrong = await cpis('authority', 'confirm-phones', odsCode, '01632960999')
    expect(wrong.exitCode).toBe(1)
    expect(wrong.err).toContain(dutyPhone)
    const phones = [dutyPhone, ...(officePhone === undefined ? [] : [officePhone])]
    expect((await cpis('authority', 'confirm-phones', odsCode, ...phones)).exitCode).toBe(0)
    await watched([])
  })

  test('what is said of no authority is refused', async () => {
    for (const command of [
      ['confirm-phones', 'XXX', '01632960001'],
      ['accept-gaps', 'XXX'],
    ]) {
      const { exitCode, err } = await cpis('authority', ...command)
      expect([exitCode, err]).toEqual([1, expect.stringContaining('No such authority')])
    }
    expect((await cpis('authority', 'accept-gaps', upload().authority.odsCode)).exitCode).toBe(0)
  })
})
