/**
 * U-Net on the n × n nodes: blocks of 3 × 3 convolutions with GELU, at full size and at sizes halved by max
 * pooling (channels doubled each time), then back up by transposed convolutions, each level joined to what it
 * was on the way down.
 *
 * Any n: the input is padded with zeros behind the last row and column to a multiple of 2^(levels − 1), the
 * output cut to n. Zero padding of the convolutions is how the network knows where the wall is.
 *
 * Cite: Ronneberger et al., arXiv:1505.04597, section 2; sizes as in the baselines of ConDiff,
 * arXiv:2406.04709. Departures: 'same' convolutions for valid ones, GELU for ReLU and one more convolution a
 * block (both as ConDiff), no dropout, two poolings instead of four; log k at the nodes for k, output scaled
 * (layers/fields.ts).
 */
import type { Init, Model, Operators } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { conv2d, double, halve } from '../layers/conv2d.ts'
import { cropTo, featuresOf, padTo, solutionOf } from '../layers/fields.ts'
import { gelu } from '../layers/gelu.ts'

const defaults = { channels: 32, levels: 3, convs: 3 }

const unet: Model<Operators, typeof defaults> = {
  about: 'U-Net: convolutions at three sizes, joined across',
  cite: 'arXiv:1505.04597',
  defaults,

  build({ channels, levels, convs }, { grid: n }, init) {
    const widths = Array.from({ length: levels }, (_, level) => channels * 2 ** level)
    const bottom = levels - 1
    const enter = conv2d(init, 'enter', { inputs: 2, outputs: channels })
    const down = widths.map((width, level) =>
      block(init, `down${level}`, { inputs: widths[level - 1] ?? channels, outputs: width, convs }),
    )
    const up = widths.slice(0, bottom).map((width, level) => ({
      grow: double(init, `grow${level}`, { inputs: 2 * width, outputs: width }),
      join: block(init, `up${level}`, { inputs: 2 * width, outputs: width, convs }),
    }))
    const leave = conv2d(init, 'leave', { inputs: channels, outputs: 1 })
    const size = Math.ceil(n / 2 ** bottom) * 2 ** bottom

    return (input) => {
      const levelsDown: Tensor[] = []
      let h = enter(padTo(featuresOf(input), size)) // [B, s, s, C], s = size
      down.forEach((convolve, level) => {
        h = convolve(level === 0 ? h : halve(h)) // [B, s/2ˡ, s/2ˡ, 2ˡ C]
        levelsDown.push(h)
      })
      for (let level = bottom - 1; level >= 0; level--) {
        const { grow, join } = up[level]!
        h = join(tf.concat([levelsDown[level]!, grow(h)], -1)) // [B, s/2ˡ, s/2ˡ, 2ˡ C]
      }
      return { x: solutionOf(cropTo(leave(h), n)) } // [B, n, n]
    }
  },
}

export default unet

/** `convs` times a 3 × 3 convolution and GELU: [B, h, w, inputs] → [B, h, w, outputs]. */
function block(init: Init, name: string, shape: { inputs: number; outputs: number; convs: number }) {
  const { inputs, outputs, convs } = shape
  const layers = Array.from({ length: convs }, (_, i) =>
    conv2d(init, `${name}/conv${i}`, { inputs: i === 0 ? inputs : outputs, outputs }),
  )
  return (x: Tensor): Tensor => layers.reduce((h, conv) => gelu(conv(h)), x)
}
