export interface CircuitBreaker {
  /** Whether a call may be made now; a caller that is let in reports `succeeded` or `failed` exactly once. */
  tryEnter(): boolean
  /** Whether no call would be let in now. */
  isOpen(): boolean
  succeeded(): void
  failed(): void
}

export interface CircuitBreakerOptions {
  /** How many failures in a row open the circuit. */
  readonly failures: number
  /** How long the circuit stays open, in milliseconds, before one call may probe. */
  readonly coolDownMs: number
  readonly now: () => Date
}

/**
 * Spares a service that is down, and spares callers the wait: after so many failures in a row no call is let through for a
 * cool-down, then a single one that decides. A success, even of a call that set out before the circuit opened, closes it.
 */
export function circuitBreaker({ failures, coolDownMs, now }: CircuitBreakerOptions): CircuitBreaker {
  let inARow = 0
  let openUntil: number | undefined
  let probing = false

  const isOpen = () => openUntil !== undefined && (probing || now().getTime() < openUntil)

  return {
    isOpen,
    tryEnter() {
      if (isOpen()) return false
      probing = openUntil !== undefined
      return true
    },
    succeeded() {
      inARow = 0
      openUntil = undefined
      probing = false
    },
    failed() {
      inARow += 1
      // Stragglers that set out before the circuit opened do not prolong the cool-down.
      if (inARow < failures || (openUntil !== undefined && !probing)) return
      openUntil = now().getTime() + coolDownMs
      probing = false
    },
  }
}
