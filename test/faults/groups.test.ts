import assert from 'node:assert/strict'
import { rng } from '../../math/rng.ts'
import { groups } from './checks.ts'

const SEED = 20260109

for (const [name, { about, checks }] of await groups()) {
  describe(`faults: ${name} (${about})`, function () {
    this.timeout(120_000)
    for (const check of checks.filter(({ browser }) => !browser)) {
      it(`${check.name}, ${check.smoke} times, seed ${SEED}`, async () => {
        const { inputs, faults, violations } = await check.run(check.smoke, rng(SEED, 'faults', check.name))
        assert.deepEqual(violations, [])
        assert.ok(inputs >= check.smoke && faults <= inputs * 100, `${inputs} inputs, ${faults} faults`)
      })
    }
  })
}
