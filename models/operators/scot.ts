/**
 * scOT, the operator transformer of Poseidon: a U of Swin v2 stages. Patches of p × p nodes become tokens; each stage
 * down is `layers` blocks of attention within windows, every second one shifted, then 2 × 2 tokens are merged and the width
 * doubles; the way back mirrors it, joined at each level by adding what was there on the way down, after ConvNeXt blocks.
 * A block is h ← h + norm(attention(h)), h ← h + norm(MLP(h)). Last, tokens are opened to nodes and a 3 × 3 convolution
 * smooths over their seams.
 *
 * Any n: the input is padded with zeros behind the last row and column until every stage is a whole number of windows.
 *
 * Cite: Herde et al., arXiv:2405.19101, section 2; a small version: two stages, dim 32 (its T has four and 48).
 * Departures: patches of 2, since our right-hand sides are white noise; coordinates among the features, since attention
 * within windows does not see where the wall is; no time, so norms have no condition; scales of layers/fields.ts.
 */
import type { Init, Model, Operators } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { conv2d } from '../layers/conv2d.ts'
import { convnext } from '../layers/convnext.ts'
import { coordinates, cropTo, featuresOf, inputsOf, outputsOf, padTo, solutionOf } from '../layers/fields.ts'
import { gelu } from '../layers/gelu.ts'
import { layerNorm } from '../layers/layer-norm.ts'
import { linear } from '../layers/linear.ts'
import { depthToSpace, spaceToDepth } from '../layers/pixels.ts'
import { windowAttention } from '../layers/window-attention.ts'

const defaults = { dim: 32, layers: 2, stages: 2, heads: 2, window: 4, patch: 2, skips: 2 }

const scot: Model<Operators, typeof defaults> = {
  about: 'scOT: a U-shaped Swin transformer over patches of the grid',
  cite: 'arXiv:2405.19101',
  defaults,

  build({ dim, layers, stages, heads, window, patch, skips }, facts, init) {
    const size = roundUp(facts.grid, patch * 2 ** (stages - 1) * window)
    const outputs = outputsOf(facts)
    const embed = linear(init, 'embed', { inputs: patch ** 2 * (inputsOf(facts) + 2), outputs: dim })
    const embedNorm = layerNorm(init, 'embed/norm', dim, EPSILON)
    const stageOf = (name: string, level: number) => {
      const shape = { width: dim * 2 ** level, heads: heads * 2 ** level, window }
      const blocks = Array.from({ length: layers }, (_, b) =>
        block(init, `${name}${level}/block${b}`, { ...shape, shifted: b % 2 === 1 }),
      )
      return (x: Tensor) => blocks.reduce((h, layer) => layer(h), x)
    }
    const levels = Array.from({ length: stages - 1 }, (_, level) => {
      const C = dim * 2 ** level
      return {
        down: stageOf('down', level),
        merge: linear(init, `merge${level}`, { inputs: 4 * C, outputs: 2 * C, bias: false }),
        mergeNorm: layerNorm(init, `merge${level}/norm`, 2 * C, EPSILON),
        across: Array.from({ length: skips }, (_, s) => convnext(init, `across${level}/convnext${s}`, C)),
        open: linear(init, `open${level}`, { inputs: 2 * C, outputs: 4 * C, bias: false }),
        openNorm: layerNorm(init, `open${level}/norm`, C, EPSILON),
        up: stageOf('up', level),
      }
    })
    const bottom = [stageOf('down', stages - 1), stageOf('up', stages - 1)]
    const recover = linear(init, 'recover', { inputs: dim, outputs: patch ** 2 * outputs })
    const smooth = conv2d(init, 'smooth', { inputs: outputs, outputs })

    return (input) => {
      const where = coordinates(facts.grid, size).tile([input.rhs.shape[0]!, 1, 1, 1]) // [B, s, s, 2]
      const nodes = tf.concat([padTo(featuresOf(input, facts), size), where], -1) // [B, s, s, F + 2]
      let h = embedNorm(embed(spaceToDepth(nodes, patch))) // [B, s/p, s/p, C]
      const kept: Tensor[] = []
      for (const { down, merge, mergeNorm, across } of levels) {
        h = down(h)
        kept.push(across.reduce((x, layer) => layer(x), h))
        h = mergeNorm(merge(spaceToDepth(h, 2))) // half the side, twice the width
      }
      for (const stage of bottom) h = stage(h)
      for (const [level, { open, openNorm, up }] of [...levels.entries()].reverse())
        h = up(openNorm(depthToSpace(open(h), 2)).add(kept[level]!)) // twice the side, half the width
      const fields = smooth(depthToSpace(recover(h), patch)) // [B, s, s, 1]
      return solutionOf(cropTo(fields, facts.grid), facts) // [B, n, n]
    }
  },
}

export default scot

const EPSILON = 1e-5 // of the norms, as in Swin v2

/** [B, R, R, C] → the same. */
function block(init: Init, name: string, shape: Parameters<typeof windowAttention>[2]) {
  const { width } = shape
  const attend = windowAttention(init, `${name}/attention`, shape)
  const attendNorm = layerNorm(init, `${name}/attention-norm`, width, EPSILON)
  const first = linear(init, `${name}/first`, { inputs: width, outputs: 4 * width })
  const second = linear(init, `${name}/second`, { inputs: 4 * width, outputs: width })
  const mlpNorm = layerNorm(init, `${name}/mlp-norm`, width, EPSILON)
  return (x: Tensor): Tensor => {
    const h = x.add(attendNorm(attend(x)))
    return h.add(mlpNorm(second(gelu(first(h)))))
  }
}

function roundUp(n: number, step: number): number {
  return Math.ceil(n / step) * step
}
