import { measureAuditSeal } from './audit-seal.ts'
import { measureColdStart } from './cold-start.ts'
import { measureConnected } from './connected-latency.ts'
import { measureEventLoop } from './event-loop.ts'
import { measureInbox } from './inbox-throughput.ts'
import { measureInterfaces } from './interface-throughput.ts'
import { measureKit } from './kit-throughput.ts'
import { measureMatching } from './matching.ts'
import { measureMessages } from './message-throughput.ts'
import { measurePages } from './page-weight-and-time.ts'
import { measureQueries } from './query-throughput.ts'
import { measureRetention } from './retention.ts'
import type { Measurement } from './support.ts'
import { measureSweep } from './sweep-rate.ts'
import { measureUploads } from './upload-throughput.ts'

const PARTS: Readonly<Record<string, () => Promise<Measurement[]>>> = {
  queries: measureQueries,
  interfaces: measureInterfaces,
  uploads: measureUploads,
  loop: measureEventLoop,
  start: measureColdStart,
  audit: measureAuditSeal,
  messages: measureMessages,
  matching: measureMatching,
  inbox: measureInbox,
  sweep: measureSweep,
  retention: measureRetention,
  kit: measureKit,
  connected: measureConnected,
  pages: measurePages,
}

// `npm run bench`, or `npm run bench -- queries` for one part. Needs PostgreSQL, its client programs and xmllint; `messages`,
// `kit` and `matching` need nothing.
const wanted = process.argv.slice(2)
for (const [name, measure] of Object.entries(PARTS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const rows = (await measure()).map(({ what, value, peer, ratio }) => [what, { value, peer, ratio }])
  console.table(Object.fromEntries(rows))
}
