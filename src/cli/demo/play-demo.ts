import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../main/config.ts'
import { createLogger } from '../../main/logger.ts'
import { startService } from '../../main/start-service.ts'
import { type CommandResult, done, fault } from '../command-result.ts'
import type { Terminal } from '../terminal.ts'
import { counted } from '../words.ts'
import { showAudit, showSeal } from './audit-scene.ts'
import { openAuthority, readVerdict, sendFile, showFile, takeNotification } from './authority-scenes.ts'
import { askForChild, askForStranger, askSilently, readHistory, refusePorter } from './clinician-scenes.ts'
import { askThroughOtherInterfaces } from './interface-scenes.ts'
import { type DemoWorld, openStage, type Stage, Stopped } from './stage.ts'

/** Small enough to be loaded in a moment, large enough that one record is refused. */
const CHILDREN = '40'

/** Plays the whole loop with real messages against a service of its own; a fault if anything did not go as told. */
export async function playDemo(options: {
  readonly terminal: Terminal
  readonly fast: boolean
  readonly signal: AbortSignal
}): Promise<CommandResult> {
  const { terminal } = options
  const stage = openStage(terminal, options)
  const dataDir = await mkdtemp(join(tmpdir(), 'cpis-demo-'))
  try {
    const service = await startService(
      readConfig({
        PORT: '0',
        CPIS_ADMIN_PORT: '0',
        CPIS_DATA_DIR: dataDir,
        CPIS_NOTIFICATION_WINDOW_MS: '1000',
        CPIS_SANDBOX_AUTHORITIES: '1',
        CPIS_SANDBOX_CHILDREN: CHILDREN,
      }),
      createLogger('error', process.stderr),
    )
    try {
      if (!service.sandbox) throw new Error('A demonstration runs in sandbox mode')
      terminal.out(
        terminal.style('bold', 'Child Protection - Information Sharing, from a file to a notification'),
      )
      terminal.out(`A service of its own at ${service.baseUrl}; everybody in it is made up.`)
      await play({ stage, service, sandbox: service.sandbox })
    } finally {
      await service.stop()
    }
  } catch (error) {
    if (error instanceof Stopped) return fault(error.message)
    throw error
  } finally {
    await rm(dataDir, { recursive: true, force: true })
  }
  return verdict(stage)
}

async function play(world: DemoWorld): Promise<void> {
  const authority = await openAuthority(world)
  const file = await showFile(world)
  const sent = await sendFile(world, authority, file)
  await readVerdict(world, authority, sent)
  const plans = await askForChild(world, file.child)
  await askThroughOtherInterfaces(world, file.child, plans)
  await askForStranger(world)
  await askSilently(world, file.child)
  await refusePorter(world, file.child)
  await readHistory(world, file.child)
  await takeNotification(world, authority, file.child)
  await showAudit(world)
  await showSeal(world)
}

function verdict(stage: Stage): CommandResult {
  const claims = stage.claims()
  const broken = claims.filter(({ holds }) => !holds)
  if (broken.length === 0)
    return done({ claims }, `\nAll of it went as told (${counted(claims.length, 'check')}).`)
  return {
    ...fault(`Not everything went as told: ${broken.map(({ claim }) => claim).join('; ')}.`),
    shown: { data: { claims }, text: '' },
  }
}
