import assert from 'node:assert/strict'
import type { Params } from '../../contracts.ts'
import { compileStep } from '../../tensor/engine.ts'
import { openOptimizer, optimizers } from '../../tensor/optimizers.ts'
import type { HostTensor, Weights } from '../../tensor/types.ts'

const weights: Weights = new Map([['w', { shape: [2], dtype: 'float32', data: Float32Array.of(1, -2) }]])
const scale = { shape: [2], dtype: 'float32' as const }

/** The loss Σ g w has the gradient g, whatever w is: two steps with the gradients given. */
async function twoSteps(name: string, params: Params, device: 'cpu' | 'eager') {
  const step = await compileStep(
    {
      weights,
      feeds: { g: scale },
      loss: (init, { g }) => init.weight('w', [2]).mul(g!).sum().asScalar(),
      optimizer: { name, params },
    },
    { device, threads: 1 },
  )
  const fed = (...g: number[]): Record<string, HostTensor> => ({
    g: { ...scale, data: Float32Array.from(g) },
  })
  const losses = [await step.run(fed(1, 0.5), {}, 0.1), await step.run(fed(3, 0), {}, 0.2)]
  const result = [...(await step.weights()).get('w')!.data]
  await step.dispose()
  return { losses, result }
}

/** One float32 rounding an operation: 1e-6 of numbers of size one. */
function near(got: number[], wanted: number[]) {
  for (const [i, x] of wanted.entries()) assert.ok(Math.abs(got[i]! - x) < 1e-6, `${got} is not ${wanted}`)
}

for (const device of ['cpu', 'eager'] as const)
  describe(`tensor optimizers on ${device}: two steps worked out by hand, rates 0.1 and 0.2`, () => {
    it('sgd', async () => {
      // w₁ = (1 − 0.1·1, −2 − 0.1·0.5), w₂ = w₁ − 0.2·(3, 0); losses 1·1 − 2·0.5 and 0.9·3
      const { losses, result } = await twoSteps('sgd', {}, device)
      near(losses, [0, 2.7])
      near(result, [0.3, -2.05])
    })
    it('sgd with momentum 0.5', async () => {
      // v₂ = (0.5·1 + 3, 0.5·0.5): w₂ = w₁ − 0.2·(3.5, 0.25)
      near((await twoSteps('sgd', { momentum: 0.5 }, device)).result, [0.9 - 0.7, -2.05 - 0.05])
    })
    it('sgd with momentum 0.5, nesterov', async () => {
      // v₁ = g₁: w₁ = w₀ − 0.1·(1 + 0.5)·g₁; v₂ = (3.5, 0.25): w₂ = w₁ − 0.2·((3, 0) + 0.5·v₂)
      const { result } = await twoSteps('sgd', { momentum: 0.5, nesterov: true }, device)
      near(result, [1 - 0.15 - 0.2 * 4.75, -2 - 0.075 - 0.2 * 0.125])
    })
    it('lion', async () => {
      // Step 1: sign(0.1 g) = (1, 1), m = 0.01 g. Step 2: sign(0.009 + 0.3) = 1, sign(0.0045 + 0) = 1.
      near((await twoSteps('lion', {}, device)).result, [1 - 0.1 - 0.2, -2 - 0.1 - 0.2])
    })
    it('lion with decay 0.5', async () => {
      // w ← w (1 − 0.1·0.5) − 0.1, then w (1 − 0.2·0.5) − 0.2
      near((await twoSteps('lion', { decay: 0.5 }, device)).result, [
        0.85 * 0.9 - 0.2,
        -2 * 0.855 - 0.09 - 0.2,
      ])
    })
    it('adam', async () => {
      // Step 1: m/(1−β₁) = g and v/(1−β₂) = g², so each weight moves by r g/|g| = 0.1 towards lower loss.
      // Step 2, weight 0: m = 0.9·0.1 + 0.1·3 = 0.39, over 0.19; v = 0.999·0.001 + 0.001·9 = 0.009999, over 0.001999.
      //         weight 1: m = 0.045 over 0.19; v = 0.999·0.00025 over 0.001999.
      const first = 0.2 * (0.39 / 0.19 / Math.sqrt(0.009999 / 0.001999))
      const second = 0.2 * (0.045 / 0.19 / Math.sqrt(0.00024975 / 0.001999))
      near((await twoSteps('adam', {}, device)).result, [0.9 - first, -2.1 - second])
    })
    it('adam with other betas', async () => {
      // β₁ = 0 keeps no mean, β₂ = 0 no squares: every step is r g/|g|, and none where g = 0
      near((await twoSteps('adam', { beta1: 0, beta2: 0 }, device)).result, [0.9 - 0.2, -2.1])
    })
    it('adamw', async () => {
      // as adam, but each weight first loses r · decay of itself: w ← w (1 − 0.1·0.5), then (1 − 0.2·0.5)
      const first = 0.2 * (0.39 / 0.19 / Math.sqrt(0.009999 / 0.001999))
      const second = 0.2 * (0.045 / 0.19 / Math.sqrt(0.00024975 / 0.001999))
      const wanted = [(0.95 - 0.1) * 0.9 - first, (-1.9 - 0.1) * 0.9 - second]
      near((await twoSteps('adamw', { decay: 0.5 }, device)).result, wanted)
    })
  })

describe('tensor optimizers', () => {
  it('say what they are and have numbers for defaults', () => {
    for (const optimizer of Object.values(optimizers)) {
      assert.ok(optimizer.about.length > 3)
      for (const value of Object.values(optimizer.defaults))
        assert.ok(typeof value === 'boolean' || Number.isFinite(value))
    }
  })
  it('name the others when one is not known', () =>
    assert.throws(
      () => openOptimizer('adma'),
      /optimizer 'adma' is not among adam, adamw, lion, muon, sgd, soap/,
    ))
  it('refuse a setting they do not have', () =>
    assert.throws(
      () => openOptimizer('adam', { beta: 1 }),
      /setting 'beta' must be one of beta1, beta2, epsilon/,
    ))
})
