import { expect, test } from 'vitest'
import { AUTHORITY_TABLE } from '../../sandbox/authority-table.ts'
import { ENGLAND } from './england-tiles.ts'

test('every authority of England has one tile, and no two the same place', () => {
  const codes = ENGLAND.map(({ dfeCode }) => dfeCode).sort()
  expect(codes).toEqual(AUTHORITY_TABLE.map(([code]) => code).sort())
  expect(new Set(ENGLAND.map(({ letters }) => letters)).size).toBe(codes.length)
  expect(new Set(ENGLAND.map(({ column, row }) => `${column} ${row}`)).size).toBe(codes.length)
})

test('the picture is the way up that people know', () => {
  const [north, south, east, west] = ['NBL', 'IOW', 'NFK', 'CON'].map(letters =>
    ENGLAND.find(tile => tile.letters === letters),
  )
  expect(north?.row).toBeLessThan(south?.row ?? 0)
  expect(west?.column).toBeLessThan(east?.column ?? 0)
})
