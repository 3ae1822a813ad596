import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { resetHolidays, setHolidays } from '../../flows/registration/set-holidays.ts'
import type { OperationsApiDeps } from './api-deps.ts'
import { recordCommand, seenOnRecord } from './record-command.ts'

/** Bank holidays that an operator sets from the published list, shows and takes back (rule 16.13). */
export function holidayRoutes(app: FastifyInstance, deps: OperationsApiDeps): void {
  app.get('/holidays', async () => ({
    holidays: await seenOnRecord(deps, 'list bank holidays', deps.storage.holidays.list()),
  }))

  app.post('/holidays', async (request, reply) => {
    const { 'england-and-wales': list } = holidayFile.parse(request.body)
    const set = await setHolidays(deps, list.events)
    if (!set.ok) {
      await recordCommand(deps, {
        action: 'set bank holidays',
        outcome: 'refused',
        reason: 'wrong in itself',
        actor: 'operator',
        details: { faults: set.fault.length },
      })
      return reply.code(400).send({ error: set.fault.join(' ') })
    }
    if (!set.value.changed) await unchanged('set bank holidays')
    return set.value
  })

  app.post('/holidays/reset', async () => {
    const changed = await resetHolidays(deps)
    if (!changed) await unchanged('reset bank holidays')
    return { changed }
  })

  function unchanged(action: string) {
    return recordCommand(deps, { action, outcome: 'allowed', reason: 'unchanged', actor: 'operator' })
  }
}

/** The list as www.gov.uk/bank-holidays.json has it; the divisions of other countries are not read. */
const holidayFile = z.object(
  {
    'england-and-wales': z.object(
      {
        division: z.literal('england-and-wales', 'The division must be england-and-wales.'),
        events: z
          .array(
            z.object({
              date: z.string('Each event needs a date.').max(40),
              title: z
                .string('Each event needs a title.')
                .trim()
                .min(1, 'Each event needs a title.')
                .max(100),
              notes: z.string().max(200).default(''),
            }),
          )
          .max(500),
      },
      'The file needs england-and-wales, as www.gov.uk/bank-holidays.json has it.',
    ),
  },
  'The file must be an object with england-and-wales, as www.gov.uk/bank-holidays.json has it.',
)
