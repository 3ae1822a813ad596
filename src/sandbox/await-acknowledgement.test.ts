import { expect, test } from 'vitest'
import { inPieces, textOfPieces } from '../../test/support/bytes.ts'
import type { MeshClient } from '../client/index.ts'
import { awaitAcknowledgement } from './await-acknowledgement.ts'

const FILE = { messageId: 'M1', localId: 'mine', acknowledgementWorkflow: 'ACK' }

/** A mailbox in which each look finds the next of the given states; the last one stays. */
function mailbox(...states: { status: string; inbox: Record<string, string> }[]) {
  let look = -1
  const downloaded: string[] = []
  const state = () => states[Math.min(look, states.length - 1)] ?? { status: 'unknown', inbox: {} }
  const mesh = {
    track: async () => {
      look += 1
      return { status: state().status, success: true }
    },
    inbox: async function* () {
      yield* Object.keys(state().inbox)
    },
    download: async (id: string) => {
      downloaded.push(id)
      const localId = state().inbox[id] ?? ''
      return { info: { id, kind: 'DATA', workflowId: 'ACK', chunks: 1, localId }, content: inPieces(id) }
    },
  }
  return { mesh: mesh as unknown as MeshClient, downloaded }
}

test('the acknowledgement is told from others by the reference of its file, and left in the mailbox', async () => {
  const { mesh, downloaded } = mailbox(
    { status: 'Accepted', inbox: { A1: 'another' } },
    { status: 'Acknowledged', inbox: { A1: 'another', A2: 'mine' } },
  )
  const answer = await awaitAcknowledgement(mesh, FILE, { withinMs: 5_000 })
  expect(answer).toMatchObject({ kind: 'arrived', messageId: 'A2' })
  if (answer.kind === 'arrived') expect(await textOfPieces(answer.content)).toBe('A2')
  expect(downloaded).toEqual(['A1', 'A2'])
})

test("the reference may have become the partner's on its way through another MESH server", async () => {
  const { mesh } = mailbox({ status: 'Acknowledged', inbox: { A1: 'of the service' } })
  const another = {
    ...mesh,
    download: async (id: string) => {
      const found = await mesh.download(id)
      return { ...found, info: { ...found.info, partnerId: 'mine' } }
    },
  }
  expect(await awaitAcknowledgement(another, FILE, { withinMs: 5_000 })).toMatchObject({ kind: 'arrived' })
})

test('a file that was taken and whose answer is gone was answered to somebody else', async () => {
  const { mesh } = mailbox({ status: 'acknowledged', inbox: { A1: 'another' } })
  expect(await awaitAcknowledgement(mesh, FILE, { withinMs: 5_000, answeredWithinMs: 0 })).toEqual({
    kind: 'collected-elsewhere',
  })
})

test('a file that was taken may be answered later: a MESH server between takes it before it is judged', async () => {
  const { mesh } = mailbox(
    { status: 'acknowledged', inbox: {} },
    { status: 'acknowledged', inbox: { A1: 'mine' } },
  )
  expect(await awaitAcknowledgement(mesh, FILE, { withinMs: 5_000 })).toMatchObject({ kind: 'arrived' })
})

test('a file that nobody took in time is given up', async () => {
  const { mesh } = mailbox({ status: 'Undeliverable', inbox: {} })
  expect(await awaitAcknowledgement(mesh, FILE, { withinMs: 5_000 })).toEqual({ kind: 'undeliverable' })
})

test('whoever is told to stop, or has waited long enough, is told that there is no answer yet', async () => {
  const { mesh } = mailbox({ status: 'Accepted', inbox: {} })
  expect(await awaitAcknowledgement(mesh, FILE, { withinMs: -1 })).toEqual({ kind: 'not-yet' })
  const stopping = new AbortController()
  setTimeout(() => stopping.abort(), 20)
  const waiting = awaitAcknowledgement(mesh, FILE, { withinMs: 60_000, signal: stopping.signal })
  expect(await waiting).toEqual({ kind: 'not-yet' })
})
