const LONDON = 'Europe/London'

/** As people read it: 3-3-4. */
export function displayNhsNumber(number: string): string {
  return number.replace(/^(\d{3})(\d{3})(\d{4})$/, '$1 $2 $3')
}

/** What somebody typed, pasted or scanned as an NHS number: its digits, without spaces, hyphens and whatever cannot be seen. */
export function typedNhsNumber(text: string): string {
  return text.replace(/[\s\p{Cf}\p{Pd}]/gu, '')
}

/** A day, `YYYY-MM-DD`, or an instant, as an English day: 1 May 2026. */
export function englishDay(value: string | Date): string {
  const date = typeof value === 'string' ? new Date(`${value.slice(0, 10)}T12:00:00Z`) : value
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: LONDON }).format(date)
}

/** An instant by the English clock: 1 May 2026 at 2:05pm. */
export function englishMoment(instant: Date): string {
  return `${englishDay(instant)} at ${englishTime(instant)}`
}

/** The time of an instant by the English clock: 2:05pm. */
export function englishTime(instant: Date): string {
  const time = new Intl.DateTimeFormat('en-GB', {
    hour: 'numeric',
    minute: '2-digit',
    hour12: true,
    timeZone: LONDON,
  }).format(instant)
  return time.replace(/ /g, '').replace(/^0:/, '12:')
}

/** Monday 23 November 2026. */
export function englishWeekday(value: string | Date): string {
  const date = typeof value === 'string' ? new Date(`${value.slice(0, 10)}T12:00:00Z`) : value
  const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long', timeZone: LONDON }).format(date)
  return `${weekday} ${englishDay(date)}`
}

/** What a telephone is told to ring. */
export function phoneHref(phone: string): string {
  return `tel:${phone.replace(/[^+\d]/g, '')}`
}
