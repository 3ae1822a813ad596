import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { embeddedTemplate } from '../src/storage/embedded-template.ts'
import { answers, type Measurement, run, startServe } from './support.ts'

/** The least that a start on the embedded database can take: a Node that unpacks the database and asks it one thing. */
const BARE_START = `
import { openEmbedded } from './src/storage/open-database.ts'
import { embeddedTemplate } from './src/storage/embedded-template.ts'
const database = await openEmbedded({ dataDir: process.argv[1], template: await embeddedTemplate() })
await database.statement('one', 'select 1', [])
await database.close()
process.exit(0)`

/**
 * From nothing to the first answer on the embedded database: the process, the database, its tables, the sandbox, a token and
 * a query by FHIR. And the time until the made-up England is settled through its mailboxes.
 */
export async function measureColdStart(): Promise<Measurement[]> {
  await embeddedTemplate()
  const directory = mkdtempSync(join(tmpdir(), 'cpis-bench-start-'))
  try {
    const bare = timed(() =>
      run(process.execPath, ['--input-type=module', '-e', BARE_START, join(directory, 'bare')]),
    )
    const begun = performance.now()
    const service = await startServe(18_280, {})
    const signIn = await answers(`${service.baseUrl}/sandbox/issuer/token?as=ed-nurse`, { method: 'POST' })
    const { access_token } = (await signIn.json()) as { access_token: string }
    await answers(`${service.baseUrl}/cpis/FHIR/R4/CareTeam?patient=9990000018`, {
      headers: { authorization: `Bearer ${access_token}` },
    })
    const first = (performance.now() - begun) / 1000
    await service.stop()
    return [
      {
        what: 'cold start to first answer, embedded',
        value: `${first.toFixed(2)} s`,
        peer: `Node and the bare database: ${bare.toFixed(2)} s`,
        ratio: (first / bare).toFixed(2),
      },
    ]
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function timed(work: () => void): number {
  const begun = performance.now()
  work()
  return (performance.now() - begun) / 1000
}
