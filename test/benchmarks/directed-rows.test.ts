import assert from 'node:assert/strict'
import { directedAnswers } from '../../benchmarks/directed-rows.ts'
import { answer } from '../../benchmarks/solved-rows.ts'
import type { Network } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'
import { limitOf } from '../../metrics/steps.ts'
import cholesky from '../../solvers/cholesky.ts'
import { assemble, difference, norm } from '../../solvers/diffusion/stencil.ts'

const SEED = 58
const n = 6
const size = n * n

describe(`benchmarks/directed-rows (seed ${SEED})`, () => {
  it('counts like conjugate gradients where the network answers what it is shown', async () => {
    const { systems, input } = batch(3)
    const answers = await directedAnswers(systems, input, async ({ rhs }) => ({ direction: rhs! }))
    for (const [b, { row, matrix, f }] of systems.entries()) {
      const right = answer({ row, matrix, f, precondition: () => (r, z) => z.set(r) })
      assert.equal(answers[b]!.row, row)
      // Residuals are shown in float32, so that directions are 6e-8 off: a step or two more, and some to 1e-12, where exact
      // conjugate gradients are about to end for good, after 36 steps.
      for (const [at, steps] of right.steps.entries())
        assert.ok(
          Math.abs(answers[b]!.steps[at]! - steps) <= (at % 4 === 3 ? 8 : 2),
          `${at}: ${answers[b]!.steps[at]} and ${steps}`,
        )
      for (const [at, tolerance] of [1e-3, 1e-6, 1e-9].entries()) {
        const published = difference(matrix, answers[b]!.x.slice(at * size, (at + 1) * size), f)
        assert.ok(norm(published) <= tolerance)
        const ours = difference(matrix, answers[b]!.x.slice((4 + at) * size, (5 + at) * size), f)
        assert.ok(norm(ours) <= tolerance * norm(f))
      }
    }
  })

  it('takes as many steps as float32 has to be refined where the network solves', async () => {
    const { systems, input } = batch(2)
    const network: Network = async ({ rhs }) => {
      const solved = await Promise.all(
        systems.map(async ({ matrix }, b) => {
          const right = { batch: 1, n, data: Float64Array.from(rhs!.data.subarray(b * size, (b + 1) * size)) }
          return (
            await cholesky.solve(await cholesky.setup(matrix, cholesky.defaults), right, cholesky.defaults)
          ).x
        }),
      )
      return { direction: { ...rhs!, data: Float32Array.from(solved.flatMap(({ data }) => [...data])) } }
    }
    for (const { steps, seconds } of await directedAnswers(systems, input, network)) {
      // from 0: a direction in float32 is 6e-8 off and the matrix has condition 1e2, so a step takes off five digits at least
      assert.equal(steps[4], 1)
      assert.equal(seconds.setup, 0)
      assert.ok(seconds.solve !== null && seconds.solve > 0)
      assert.ok(steps[5]! <= 2 && steps[6]! <= 3 && steps[7]! <= 4, `${steps}`)
    }
  })

  it('has reached nothing where the network goes nowhere, and stops at the limit', async () => {
    const { systems, input } = batch(2)
    const nowhere = await directedAnswers(systems, input, async ({ rhs }) => ({
      direction: { ...rhs!, data: new Float32Array(rhs!.data.length) },
    }))
    assert.ok(
      nowhere.every(({ steps, x }) => steps.every((s) => s === -1) && x.every((value) => value === 0)),
    )

    assert.ok(nowhere.every(({ seconds }) => seconds.solve === null))

    let asked = 0
    const first = new Float32Array(systems.length * size)
    for (let b = 0; b < systems.length; b++) first[b * size] = 1
    const answers = await directedAnswers(
      systems,
      input,
      async ({ rhs }) => {
        asked++
        return {
          direction: { ...rhs!, data: Float32Array.from(first, (one, at) => one + 1e-3 * rhs!.data[at]!) },
        }
      },
      true,
    )
    assert.equal(asked, limitOf(n) / 10)
    assert.ok(answers.every(({ steps }) => [0, 1, 2, 3, 7].every((at) => steps[at] === -1))) // watched: to 1e-6 from 0 alone
  })

  it('shows a batch with padding as a whole, and leaves the rest of the input alone', async () => {
    const { systems, input } = batch(3)
    const shown: number[] = []
    await directedAnswers(systems.slice(0, 2), input, async (given) => {
      assert.equal(given.matrix, input.matrix)
      shown.push(norm(Float64Array.from(given.rhs!.data.subarray(2 * size))))
      return { direction: given.rhs! }
    })
    assert.ok(shown.length > 10 && shown.every((value) => value === 0))
  })
})

function batch(rows: number) {
  const { normal } = rng(SEED, rows)
  const systems = Array.from({ length: rows }, (_, row) => {
    const data = Float64Array.from({ length: (n + 1) ** 2 }, () => Math.exp(0.5 * normal()))
    const f = Float64Array.from({ length: size }, normal)
    return { row: row + 10, matrix: assemble({ batch: 1, n: n + 1, data }), f }
  })
  const field = (shape: number[]) => {
    const data = new Float32Array(shape.reduce((product, side) => product * side, 1))
    return { shape, dtype: 'float32' as const, data }
  }
  return { systems, input: { matrix: field([rows, n, n, 5]), rhs: field([rows, n, n]) } }
}
