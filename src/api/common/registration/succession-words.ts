import { writtenDay } from '../../../domain/english-time.ts'
import { type SuccessionObstacle, UNDO_DAYS } from '../../../domain/registration/succession.ts'
import { unreachable } from '../../../domain/result.ts'
import type { UndoObstacle } from '../../../flows/registration/succession.ts'

/** Why a hand-over is not planned, and what to do (rule 19.13). */
export function successionObstacleWords(obstacle: SuccessionObstacle): string {
  switch (obstacle.kind) {
    case 'no-such-authority':
      return 'No such authority. GET /authorities lists them.'
    case 'unknown-successor':
      return `The successor ${obstacle.odsCode} is not registered. Add the authority first.`
    case 'own-successor':
      return 'An authority cannot be its own successor. Name another one.'
    case 'day-is-over':
      return `${writtenDay(obstacle.on)} is over. Name today or a later day.`
    case 'planned-already':
      return `Its plans are to pass on from ${writtenDay(obstacle.on)} already. Take that back first, then plan it anew.`
    case 'passed-on-already':
      return `Its plans passed on from ${writtenDay(obstacle.on)} already. Undo that first, while it can be undone.`
    case 'successor-passes-on':
      return `The successor ${obstacle.odsCode} has passed its own plans on by then (${writtenDay(obstacle.on)}). Name the one that holds them.`
    case 'ring':
      return `The plans of ${obstacle.odsCode} come back to this authority. Name another successor, or take the other hand-over back.`
    case 'not-a-successor':
      return `Row ${obstacle.row} of the file names ${obstacle.odsCode}, which is not one of the successors. Add it to them, or correct the row.`
    default:
      return unreachable(obstacle)
  }
}

/** Why a hand-over is not undone, and what to do (rule 19.18). */
export function undoObstacleWords(obstacle: UndoObstacle): string {
  switch (obstacle.kind) {
    case 'no-succession':
      return 'There is no hand-over of this authority that is planned or done.'
    case 'too-late':
      return `It was done more than ${UNDO_DAYS} days ago and cannot be undone. Where a single plan belongs to another authority, that one sends it, and the one that holds it deletes it.`
    case 'passed-further':
      return `The successor ${obstacle.odsCode} has passed its plans on itself. Undo that first.`
    default:
      return unreachable(obstacle)
  }
}
