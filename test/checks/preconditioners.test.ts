import assert from 'node:assert/strict'
import { allowed, iterations, nameOf, THRESHOLD_CASES } from './iterations.ts'

const SEED = 42

/** `npm run check:preconditioners` at its smallest; ic0 and none are in condiff.test.ts. */
describe(`checks of preconditioners (seed ${SEED})`, () => {
  for (const one of THRESHOLD_CASES.filter(({ grid }) => grid <= 32)) {
    it(`take the known number of steps: ${nameOf(one)}, mean of 8 systems`, async () => {
      const found = await iterations(one, 8, SEED)
      for (const [t, known] of one.known.entries())
        assert.ok(Math.abs(found[t]! - known) <= allowed(known), `${found}, known ${one.known}`)
    })
  }
})
