import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCli } from '../src/cli/testing.ts'
import type { RecordAsSent } from '../src/domain/upload/upload.ts'
import { writeUpload } from '../src/formats/hl7v3/write-upload.ts'
import type { SandboxAuthority } from '../src/sandbox/authorities.ts'
import { type AuthorityDesk, openDesk } from './support/authority-desk.ts'
import { collected } from './support/collected.ts'
import {
  describeJourney,
  makePlace,
  type Place,
  type RunningService,
  startIn,
} from './support/running-service.ts'

const EXAMPLE = new URL('../docs/examples/onboarding.json', import.meta.url).pathname

/** How an authority comes to count, through the real interfaces: the mailbox on its side, `cpis` on the operator's. */
describeJourney('onboarding', engine => {
  let place: Place
  let running: RunningService
  let settings: Record<string, string>
  let sequence = 0

  beforeAll(async () => {
    place = await makePlace(engine)
    running = await startIn(place, { CPIS_SANDBOX_CHILDREN: '75', CPIS_SANDBOX_AUTHORITIES: '3' })
    const { port, adminPort } = running.service.config
    settings = { ...place.settings, PORT: String(port), CPIS_ADMIN_PORT: String(adminPort) }
  })
  afterAll(async () => {
    await running.stop()
    await place.remove()
  })

  const cpis = (...args: string[]) => runCli(args, { variables: settings })
  const uploadOf = (nth: number) => {
    const upload = running.service.sandbox?.population.uploads[nth]
    if (!upload) throw new Error(`The sandbox has no authority ${nth}`)
    return upload
  }
  /** What becomes of records that the nth authority sends. */
  const send = async (desk: AuthorityDesk, nth: number, records: RecordAsSent[], createdAt = new Date()) => {
    const { header } = uploadOf(nth)
    sequence += 1
    return desk.upload(
      await collected(writeUpload({ ...header, createdAt, sequence, recordCount: records.length }, records)),
    )
  }
  const good = (nth: number, count: number) => [...uploadOf(nth).records].slice(0, count)
  const withWrongNumber = (record: RecordAsSent): RecordAsSent => ({
    ...record,
    subjects: record.subjects.map(subject => ({ ...subject, nhsNumber: '9990000000' })),
  })
  const rows = async (table: 'plan' | 'upload' | 'upload_record' | 'upload_plan' | 'audit') =>
    running.service.store.database.kysely.selectFrom(table).selectAll().execute()
  const shown = async (authority: SandboxAuthority) =>
    JSON.parse((await cpis('authority', 'show', authority.odsCode, '--json')).out)

  const page = async (person: string, path: string) => {
    const { baseUrl } = running.service
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const signedIn = await fetch(`${baseUrl}/sign-in`, {
      method: 'POST',
      headers,
      body: `person=${person}`,
      redirect: 'manual',
    })
    const cookie = signedIn.headers.get('set-cookie')?.split(';')[0] ?? ''
    return (await fetch(baseUrl + path, { headers: { cookie } })).text()
  }
  /** The percentage that each place tells of an authority; of `watch` where it is raised, of the gate while it is not live. */
  const figures = async ({ odsCode }: SandboxAuthority) => {
    const percentIn = (text: string, near: RegExp) => {
      const found = near.exec(text)?.[1]
      return found === undefined ? undefined : Number(found)
    }
    const found = await running.service.store.storage.issues.find(new Date())
    const raised = found.find(({ authority, kind }) => authority === odsCode && kind === 'match-rate')
    const { matched = 0, records = 0 } = raised?.kind === 'match-rate' ? raised.details : {}
    return {
      show: percentIn((await cpis('authority', 'show', odsCode)).out, /^ *match +([\d.]+) %/m),
      list: percentIn((await cpis('authority', 'list')).out, new RegExp(`^ *${odsCode} .* ([\\d.]+) %`, 'm')),
      ownPage: percentIn(await page(`authority-${odsCode}`, '/desk/uploads'), /<strong>([\d.]+) %<\/strong>/),
      operatorsPage: percentIn(
        await page('operator', `/operator/authorities/${odsCode}`),
        /Right NHS numbers<\/dt><dd[^>]*>([\d.]+) %/,
      ),
      operatorsList: percentIn(
        await page('operator', '/operator/authorities'),
        new RegExp(`/operator/authorities/${odsCode}">[\\s\\S]*?cpis-count">([\\d.]+) %`),
      ),
      gate: percentIn((await cpis('authority', 'go-live', odsCode)).err, /right \(([\d.]+) %\)/),
      watch: raised && Math.floor((matched * 1000) / records) / 10,
    }
  }
  const everywhere = (percent: number) => ({
    show: percent,
    list: percent,
    ownPage: percent,
    operatorsPage: percent,
    operatorsList: percent,
    gate: percent,
    watch: undefined,
  })

  describe('an authority that is being taken on', () => {
    let authority: SandboxAuthority
    let desk: AuthorityDesk

    beforeAll(async () => {
      authority = uploadOf(0).authority
      desk = await openDesk(running.service, authority, { live: false })
    })

    test('does not go live before its numbers were tested, and its stage is told', async () => {
      const { exitCode, err } = await cpis('authority', 'go-live', authority.odsCode)
      expect(exitCode).toBe(1)
      expect(err).toContain('no test file')
      expect((await cpis('authority', 'list')).out).toMatch(new RegExp(`${authority.odsCode} +onboarding`))
    })

    test('sends tests, which are judged in full and count for nothing (rule 19.2)', async () => {
      const records = good(0, 20)
      const answer = await send(desk, 0, [...records.slice(0, 18), ...records.slice(18).map(withWrongNumber)])
      expect(answer).toMatchObject({ fileCode: 'CPF03', loaded: 18, failed: 2, sequence: 1 })
      expect(answer.fileReason).toContain('none of it is kept or shown to clinicians')
      expect(answer.fileReason).toContain('18 of 20')
      expect(answer.verdicts.map(({ code }) => code).filter(code => code !== 'CPR06')).toEqual([
        'CPR04',
        'CPR04',
      ])
      expect(answer.records).toHaveLength(20)
      for (const table of ['plan', 'upload', 'upload_record', 'upload_plan'] as const)
        expect([table, await rows(table)]).toEqual([table, []])
      expect((await shown(authority)).authority).not.toHaveProperty('contact')
    })

    test('a test uses up no sequence number, and the newest decides (rule 19.3)', async () => {
      // Case: a test of one child, whose number is right, after one of wrong numbers.
      sequence -= 1
      expect(await send(desk, 0, good(0, 1))).toMatchObject({ fileCode: 'CPF02' })
      const refused = async () => (await cpis('authority', 'go-live', authority.odsCode)).err
      expect(await refused()).toContain('how many children the authority holds')
      await cpis('authority', 'set', authority.odsCode, '--children', '20')
      expect(await refused()).toContain('1 of 20 NHS numbers are right (5 %)')
      expect(await figures(authority)).toEqual(everywhere(5))
      sequence -= 1
      expect(await send(desk, 0, good(0, 20))).toMatchObject({ fileCode: 'CPF02', sequence: 1 })
      expect((await shown(authority)).tests).toMatchObject([
        { loaded: 20, match: { matched: 20, total: 20 } },
        { loaded: 1, match: { matched: 1, total: 1 } },
        { loaded: 18, match: { matched: 18, total: 20 } },
      ])
    })

    test('suspended in between, it is refused, and still not live when it is resumed (rule 19.4)', async () => {
      await cpis('authority', 'suspend', authority.odsCode, '--why', 'its system is replaced')
      expect(await send(desk, 0, good(0, 1))).toMatchObject({ fileCode: 'CPF01', loaded: 0 })
      expect((await cpis('authority', 'go-live', authority.odsCode)).err).toContain('Resume it first')
      expect((await cpis('authority', 'resume', authority.odsCode)).out).toContain('its files are tests')
    })

    test('goes live once its numbers match, and from then on what it sends counts', async () => {
      expect((await cpis('authority', 'go-live', authority.odsCode)).exitCode).toBe(0)
      expect(await send(desk, 0, good(0, 20))).not.toHaveProperty('fileReason')
      expect((await rows('plan')).length).toBeGreaterThanOrEqual(20)
      expect(await rows('audit')).toContainEqual(
        expect.objectContaining({
          action: 'authority goes live',
          subject: authority.odsCode,
          details: { matched: 20, records: 20, scope: 'declared' },
        }),
      )
      expect((await cpis('authority', 'go-live', authority.odsCode)).err).toContain('live already')
    })

    test('suspended, it is refused in words, its plans stay visible, and the number may be used later', async () => {
      const before = await rows('plan')
      await cpis('authority', 'suspend', authority.odsCode, '--why', 'its system is replaced')
      const answer = await send(desk, 0, good(0, 1))
      expect(answer).toMatchObject({ fileCode: 'CPF01', sequence })
      expect(answer.fileReason).toContain('Talk to the operator')
      expect(await rows('plan')).toEqual(before)
      expect((await cpis('authority', 'show', authority.odsCode)).out).toContain('its system is replaced')
      expect((await cpis('authority', 'resume', authority.odsCode)).out).toContain('live again')
      sequence -= 1
      expect(await send(desk, 0, good(0, 1))).toMatchObject({ fileCode: 'CPF02', sequence })
      expect((await cpis('authority', 'resume', authority.odsCode)).err).toContain('not suspended')
    })

    test('all that is known of it is shown: match of its files and of what it holds, and gaps', async () => {
      const [first] = good(0, 21).slice(20)
      if (!first) throw new Error('The authority has 21 records')
      sequence += 3
      const gap = { from: sequence - 2, to: sequence }
      expect(await send(desk, 0, [withWrongNumber(first)])).toMatchObject({ fileCode: 'CPF04' })
      const failing = await shown(authority)
      expect(failing.gaps).toContainEqual(gap)
      expect(failing.uploads[0]).toMatchObject({ failed: 1, match: { matched: 0, total: 1 } })
      expect(failing.matchRate.total - failing.matchRate.matched).toBe(1)
      expect((await cpis('authority', 'show', authority.odsCode)).out).toMatch(
        /match +95 % \(19 of 20 people it holds\)/,
      )
      // Once the record is loaded, the holding is whole.
      await send(desk, 0, [first])
      const { matchRate } = await shown(authority)
      expect(matchRate.matched).toBe(matchRate.total)
      expect(matchRate.total).toBe(failing.matchRate.total)
    })

    test('(rules 16.6, 19.3 and 19.5) one figure is told everywhere, whatever the newest file says', async () => {
      const [first, second] = good(0, 21)
      if (!first || !second) throw new Error('The authority has records')
      await send(desk, 0, [withWrongNumber(first), withWrongNumber(second)])
      const { matched, total } = (await shown(authority)).matchRate
      const percent = Math.floor((matched * 1000) / total) / 10
      expect(percent).toBeLessThan(95)
      const low = { ...everywhere(percent), watch: percent, gate: undefined }
      expect(await figures(authority)).toEqual(low)
      // Case: the newest file is faultless, and what is held is as it was.
      await send(desk, 0, good(0, 3).slice(2))
      expect(await figures(authority)).toEqual(low)
      await send(desk, 0, [first, second])
      expect(await figures(authority)).toEqual({ ...everywhere(100), gate: undefined })
    })

    test('what its newest snapshot left out is listed, and nothing of it ended (rule 19.6)', async () => {
      expect((await cpis('authority', 'plans-to-check', authority.odsCode)).out).toContain('no plan to check')
      await cpis('authority', 'set', authority.odsCode, '--mode', 'snapshot', '--wave', 'spring')
      const all = good(0, 10).filter(({ plans }) => plans.every(({ end, type }) => !end || type === 'UCPP'))
      const [left, refused, ...carried] = all
      if (!left || !refused) throw new Error('The authority has records')
      await send(desk, 0, all)
      expect(
        JSON.parse((await cpis('authority', 'plans-to-check', authority.odsCode, '--json')).out),
      ).not.toMatchObject({
        plans: expect.arrayContaining([expect.objectContaining({ nhsNumber: left.subjects[0]?.nhsNumber })]),
      })
      const before = await rows('plan')
      const namedOtherwise = {
        ...refused,
        subjects: refused.subjects.map(subject => ({ ...subject, family: 'SOMEBODYELSE' })),
      }
      expect(await send(desk, 0, [...carried, namedOtherwise])).toMatchObject({ fileCode: 'CPF03' })
      const missing = JSON.parse((await cpis('authority', 'plans-to-check', authority.odsCode, '--json')).out)
      const numbers = missing.plans.map(({ nhsNumber }: { nhsNumber: string }) => nhsNumber)
      expect(numbers).toContain(left.subjects[0]?.nhsNumber)
      // A record that was refused was not left out: it is in the list of failures.
      for (const record of [refused, ...carried]) expect(numbers).not.toContain(record.subjects[0]?.nhsNumber)
      expect(missing.plans[0].lastCarriedBy.sequence).toBeLessThan(sequence)
      expect((await rows('plan')).length).toBe(before.length)
      expect((await cpis('authority', 'plans-to-check', authority.odsCode)).out).toContain(
        'None of them was ended',
      )
    })
  })

  test('an operator may let an authority go live all the same, with a reason on record', async () => {
    const { authority } = uploadOf(1)
    await openDesk(running.service, authority, { live: false })
    const force = 'moved over from the service before'
    expect((await cpis('authority', 'go-live', authority.odsCode, '--force', '-')).exitCode).toBe(1)
    expect((await cpis('authority', 'go-live', authority.odsCode, '--force', force)).exitCode).toBe(0)
    expect(await rows('audit')).toContainEqual(
      expect.objectContaining({
        action: 'authority goes live',
        details: { overruled: 'no-test', why: force },
      }),
    )
  })

  describe('cpis onboard', () => {
    test('a dry run says what would change and changes nothing (rule 19.8)', async () => {
      const before = (await cpis('authority', 'list')).out
      const { out } = await cpis('onboard', EXAMPLE, '--dry-run')
      expect(out).toMatch(/authority +X9L01 +added/)
      expect(out).toContain('8 entries would be added or changed; nothing was.')
      expect(out).not.toContain('password')
      expect((await cpis('authority', 'list')).out).toBe(before)
    })

    test('the example takes everybody on, passwords are told once, and the same file again changes nothing', async () => {
      const first = await cpis('onboard', EXAMPLE)
      expect(first.out).toContain('8 entries added or changed.')
      expect(first.out.match(/password: \S{20,}/g)).toHaveLength(3)
      const again = await cpis('onboard', EXAMPLE)
      expect(again.out).toContain('0 entries added or changed.')
      expect(again.out).not.toContain('password')
      expect((await cpis('authority', 'list')).out).toMatch(/X9L01 +onboarding +spring +X9L01OT001/)
      expect(
        (await cpis('authority', 'list', '--wave', 'spring', '--stage', 'onboarding')).out.split('\n'),
      ).toEqual([expect.stringMatching(/^code/), expect.stringMatching(/^X9L01/)])
      expect((await cpis('authority', 'show', 'X9L01')).out).toContain('all that it holds')
      expect((await cpis('authority', 'show', 'X9L02')).out).toMatch(/told at +its desk, on the pages alone/)
      await cpis('authority', 'set', 'X9L02', '--told-at', 'mailbox')
      expect((await cpis('authority', 'show', 'X9L02')).out).toMatch(/told at +its mailbox/)
      expect((await cpis('organisation', 'list')).out).toMatch(
        /X9Z11 +spring +emergency-department paediatric-ward +999000000091/,
      )
    })
  })

  test.each([
    ['{', 'is not JSON'],
    ['[]', 'expected object'],
    [
      '{"authorities": [{"odsCode": "X9L03", "name": "X", "mailboxId": "M1", "gssCode": "?"}]}',
      'authorities[0].gssCode',
    ],
  ])('the file %s is refused, and says where it is wrong', async (text, words) => {
    const path = join(mkdtempSync(join(tmpdir(), 'cpis-onboard-')), 'file.json')
    writeFileSync(path, text)
    const { exitCode, err } = await cpis('onboard', path)
    rmSync(dirname(path), { recursive: true })
    expect(exitCode).toBe(1)
    expect(err).toContain(words)
  })

  test('an organisation is forgotten only when nobody asks through it any more', async () => {
    expect((await cpis('organisation', 'remove', 'X9Z11')).err).toContain('999000000091')
    await cpis('client', 'remove', '999000000091')
    expect((await cpis('organisation', 'remove', 'X9Z11')).exitCode).toBe(0)
    expect((await cpis('organisation', 'list')).out).not.toContain('X9Z11')
    const { err } = await cpis('organisation', 'add', 'X9Z13', '--name', 'X', '--settings', 'lunch')
    expect(err).toContain('A setting is one of emergency-department,')
  })
})
