import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePlace, type Place, type RunningService, startIn } from '../../test/support/running-service.ts'
import { runCli } from './testing.ts'

let place: Place
let running: RunningService
let settings: Record<string, string>
beforeAll(async () => {
  place = await makePlace('embedded')
  running = await startIn(place, { CPIS_SANDBOX_AUTHORITIES: '1', CPIS_SANDBOX_CHILDREN: '10' })
  const { port, adminPort } = running.service.config
  settings = { ...place.settings, PORT: String(port), CPIS_ADMIN_PORT: String(adminPort) }
})
afterAll(async () => {
  await running.stop()
  await place.remove()
})

const relay = (...args: string[]) => runCli(['relay', ...args], { variables: settings })

test('the operator is told what is wrong with the MESH server elsewhere, and what to do', async () => {
  expect((await relay()).out).toContain('CPIS_MESH_URL is not set')

  const { relay: store, messages } = running.service.store.storage
  const now = new Date()
  await store.takeTurn('OURS', now, now)
  await store.endTurn('OURS', { at: now, dueAt: now, fault: 'not-let-in' })
  const message = {
    id: 'M1',
    kind: 'DATA',
    status: 'undeliverable',
    to: running.service.config.mesh.cpisMailbox,
    workflowId: 'CPIS_UPLOAD',
    totalChunks: 1,
    size: 1,
    uploadedAt: now,
    expiresAt: now,
  } as const
  await messages.add(message)
  await store.addInbound({ outsideId: 'THEIRS', messageId: 'M1', at: now, reason: 'sender-not-allowed' })
  const own = running.service.config.mesh.cpisMailbox
  const to = 'LA001' as typeof own
  await messages.add({ ...message, id: 'M2', status: 'accepted', from: own, to, workflowId: 'ANSWER' })
  await store.claimDispatch(own, now, now)
  await store.dispatchPostponed('M2', now, '12')

  const { out } = await relay()
  expect(out).toContain('It does not let us in. Check the mailbox, password')
  expect(out).toMatch(/1 message set aside.+\n.*cpis authority add/)
  expect(out).toMatch(/- +CPIS_UPLOAD .+ sender-not-allowed +THEIRS/)
  expect(out).toMatch(/1 message not taken[\s\S]+LA001 +ANSWER .+ 12 +M2/)
  expect(JSON.parse((await relay('--json')).out)).toMatchObject({
    mailbox: { id: 'OURS', fault: { kind: 'not-let-in' } },
    setAside: [{ outsideId: 'THEIRS' }],
    untaken: [{ messageId: 'M2', reason: '12' }],
  })
})
