import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { ALPHA, BETA, OPEN, openMeshBench, passwordOf, SHARED_KEY } from './support/mesh.ts'
import { type ContractServer, meshContract } from './support/mesh-contract.ts'

meshContract('our own server', async () => {
  const bench = await openMeshBench()
  await bench.app.listen({ host: '127.0.0.1', port: 0 })
  return {
    baseUrl: `http://127.0.0.1:${(bench.app.server.address() as AddressInfo).port}`,
    sharedKey: SHARED_KEY,
    sender: { mailboxId: ALPHA, password: passwordOf(ALPHA) },
    recipient: { mailboxId: BETA, password: passwordOf(BETA) },
    workflowId: OPEN,
    close: bench.close,
  }
})

/**
 * Another server, for example the published sandbox or an integration environment: `CPIS_CONTRACT_MESH` names a JSON file with what
 * a `ContractServer` has, and for `tls` the paths of PEM files. Both mailboxes are emptied.
 */
const described = process.env['CPIS_CONTRACT_MESH']
if (described) {
  const { tls = {}, ...server } = JSON.parse(readFileSync(described, 'utf8')) as Omit<ContractServer, 'close'>
  const pem = Object.fromEntries(
    Object.entries(tls).map(([name, file]) => [name, readFileSync(file, 'utf8')]),
  )
  meshContract(server.baseUrl, async () => ({ ...server, tls: pem, close: async () => undefined }))
}
