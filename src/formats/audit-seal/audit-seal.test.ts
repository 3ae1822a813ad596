import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import type { SealableEntry } from '../../domain/audit/audit.ts'
import { EMPTY_TREE, growTree, pathOf, treeRoot } from '../../domain/audit/seal-tree.ts'
import type { NhsNumber } from '../../domain/nhs-number.ts'
import type { OdsCode } from '../../domain/organisation.ts'
import { isSignedBy, readCheckpoint, writeCheckpoint } from './checkpoint.ts'
import { hashEntry, joinHashes, sealedText } from './hashes.ts'
import { checkEntry, readProofFile, writeProofFile } from './proof-file.ts'
import { checkpointJudge, checkpointSigner } from './seal-keys.ts'
import { readVerifierKey, verifierKey, writeVerifierKey } from './verifier-key.ts'

const ORIGIN = 'cp-is-audit/test'
const newKey = () => generateKeyPairSync('ed25519').privateKey
const root = (fill: number) => new Uint8Array(32).fill(fill)
const entry = (nth: number): SealableEntry => ({
  id: `00000000-0000-7000-8000-${String(nth).padStart(12, '0')}`,
  at: '2026-03-10T08:10:00.000000Z',
  door: 'fhir',
  action: 'query plans',
  outcome: 'allowed',
  nhsNumber: '9990000018' as NhsNumber,
})

test('an entry is sealed in one form, whatever the order of its parts (rule 22.2)', () => {
  const name = { prefix: 'Nurse', given: ['Tansy'], family: 'Testcase' }
  const organisation = { odsCode: 'X9Z01' as OdsCode, name: 'SANDBOX HOSPITAL' }
  const jobRole = { code: 'R8001', display: 'Nurse' }
  const author = { kind: 'person', userId: '999000000101', name, jobRole, organisation } as const
  const shuffled = { organisation, jobRole, name, userId: '999000000101', kind: 'person' } as const
  const one = { ...entry(1), author, details: { plans: 1, listed: true } }
  const other = { details: { listed: true, plans: 1 }, author: shuffled, ...entry(1) }
  expect(sealedText(one)).toBe(sealedText(other))
  expect(hashEntry(one)).toEqual(hashEntry(other))
  expect(hashEntry(one)).toEqual(
    createHash('sha256')
      .update(`\0${sealedText(one)}`)
      .digest(),
  )
})

test.each<[string, Partial<SealableEntry>]>([
  ['its instant, by a microsecond', { at: '2026-03-10T08:10:00.000001Z' }],
  ['its outcome', { outcome: 'refused' }],
  ['the number', { nhsNumber: '9990000026' as NhsNumber }],
  ['something that was not there', { traceId: '' }],
])('changing %s makes another entry (rule 22.2)', (_what, change) => {
  expect(hashEntry({ ...entry(1), ...change })).not.toEqual(hashEntry(entry(1)))
})

test('a checkpoint is read as it was written, and known by its key (rule 22.3)', () => {
  const key = newKey()
  const note = writeCheckpoint({ origin: ORIGIN, size: 7, root: root(3) }, key)
  expect(note.split('\n').slice(0, 3)).toEqual([ORIGIN, '7', Buffer.from(root(3)).toString('base64')])
  const read = readCheckpoint(note)
  expect(read).toMatchObject({ origin: ORIGIN, size: 7 })
  if (!read) throw new Error('It is a checkpoint')
  expect(isSignedBy(read, [verifierKey(ORIGIN, key)])).toBe(true)
  expect(isSignedBy(read, [verifierKey(ORIGIN, newKey())])).toBeUndefined()
  const judge = checkpointJudge(origin => [verifierKey(origin, key)])
  expect(judge(note)?.signed).toBe('trusted')
  expect(judge(note.replace('\n7\n', '\n8\n'))?.signed).toBe('badly')
  expect(checkpointJudge(() => [])(note)?.signed).toBe('unknown')
  expect(checkpointSigner(key).sign({ origin: ORIGIN, size: 7, root: root(3) })).toBe(note)
})

test('the published note of a signed text, as anybody reads it', () => {
  // The example of the C2SP checkpoint page: we read it, and say that we do not know its key.
  const note =
    'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n' +
    '— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n'
  expect(checkpointJudge(() => [])(note)).toMatchObject({ size: 20_852_163, signed: 'unknown' })
})

test.each([
  [''],
  ['cp-is\n7\nAAAA\n\n— cp-is AAAAAAAA\n'],
  [`cp-is\n07\n${Buffer.from(root(1)).toString('base64')}\n\n— cp-is AAAAAAAA\n`],
  [`cp-is\n7\n${Buffer.from(root(1)).toString('base64')}\n\n`],
  [`cp-is\n7\n${Buffer.from(root(1)).toString('base64')}\n\nsigned by me\n`],
  [`cp-is\n7\n\n${Buffer.from(root(1)).toString('base64')}\n\n— cp-is AAAAAAAA\n`],
])('%j is no checkpoint', note => {
  expect(readCheckpoint(note)).toBeUndefined()
})

test('a public key is kept as one line; a damaged line is none', () => {
  const key = verifierKey(ORIGIN, newKey())
  const line = writeVerifierKey(key)
  expect(line).toMatch(/^cp-is-audit\/test\+[0-9a-f]{8}\+A/)
  const read = readVerifierKey(`${line}\n`)
  expect(read?.key.equals(key.key)).toBe(true)
  for (const bad of [
    '',
    'no key',
    line.replace(/\+[0-9a-f]/, '+'),
    line.replace(key.id, '00000000'),
    line.slice(0, -8),
  ]) {
    expect(readVerifierKey(bad)).toBeUndefined()
  }
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
  expect(() => verifierKey(ORIGIN, createPrivateKey(rsa.export({ type: 'pkcs8', format: 'pem' })))).toThrow(
    'Ed25519',
  )
})

test('a proof file proves its entries, and nothing that was changed in it', () => {
  const all = [1, 2, 3, 4, 5].map(entry)
  const hashes = all.map(hashEntry)
  const { tree } = growTree(EMPTY_TREE, hashes, joinHashes)
  const head = { origin: ORIGIN, size: 5, root: treeRoot(tree, joinHashes) ?? root(0) }
  const path = pathOf(4, 5).map(
    parts => treeRoot(growTree(EMPTY_TREE, partsOf(parts), joinHashes).tree, joinHashes) ?? root(0),
  )
  function partsOf(parts: ReturnType<typeof pathOf>[number]) {
    return parts.flatMap(({ level, index }) => hashes.slice(index * 2 ** level, (index + 1) * 2 ** level))
  }
  const [last] = all.slice(4)
  if (!last) throw new Error('There are five')
  const text = writeProofFile({
    savedAt: new Date('2026-03-10T09:00:00Z'),
    checkpoint: writeCheckpoint(head, newKey()),
    entries: [{ entry: last, sealed: { position: 4, path } }, { entry: entry(9) }],
  })
  const read = readProofFile(text)
  if (!read.ok) throw new Error(read.fault)
  expect(read.value.entries.map(one => checkEntry(one, head))).toEqual(['proved', 'not-yet'])
  const changed = readProofFile(text.replace('"outcome": "allowed"', '"outcome": "refused"'))
  expect(changed.ok && changed.value.entries.map(one => checkEntry(one, head))).toEqual(['wrong', 'not-yet'])
})

test.each([
  ['{', 'It is not JSON.'],
  ['{}', 'format'],
  [
    '{"format":"cp-is-audit-proof/1","savedAt":"2026-03-10T09:00:00Z","checkpoint":"","entries":[{"entry":{"id":"a","at":"b"},"index":1}]}',
    'half a proof',
  ],
  [
    '{"format":"cp-is-audit-proof/1","savedAt":"2026-03-10T09:00:00Z","checkpoint":"","entries":[{"entry":{"id":"a","at":"b"},"index":1,"path":["AAAA"]}]}',
    '32 bytes',
  ],
])('%s is told to be no proof', (text, words) => {
  const read = readProofFile(text)
  expect(read.ok ? '' : read.fault).toContain(words)
})
