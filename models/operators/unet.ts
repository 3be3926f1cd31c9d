/**
 * U-Net on the n × n nodes: blocks of 3 × 3 convolutions with GELU at full size and at sizes halved by max pooling
 * (channels doubled each time), then back up by transposed convolutions, each level joined to what it was on the way
 * down. Between levels a 3 × 3 convolution without activation changes the number of channels.
 *
 * Any n: the input is padded with zeros behind the last row and column to a multiple of 2^(levels − 1), the
 * output cut to n. Zero padding of the convolutions is how the network knows where the wall is.
 *
 * Cite: Ronneberger et al., arXiv:1505.04597, section 2; layers and sizes as in the baselines of ConDiff,
 * arXiv:2406.04709 (its code; 1,388,833 weights on Poisson). Departures: exact GELU for its tanh formula; features and
 * scales of layers/fields.ts.
 */
import type { Init, Model, Operators } from '../../contracts.ts'
import { type Tensor, tf } from '../../tensor/index.ts'
import { conv2d, double, halve } from '../layers/conv2d.ts'
import { cropTo, featuresOf, inputsOf, outputsOf, padTo, solutionOf } from '../layers/fields.ts'
import { gelu } from '../layers/gelu.ts'

const defaults = { channels: 32, levels: 3, convs: 3 }

const unet: Model<Operators, typeof defaults> = {
  about: 'U-Net: convolutions at three sizes, joined across',
  cite: 'arXiv:1505.04597',
  defaults,

  build({ channels, levels, convs }, facts, init) {
    const n = facts.grid
    const bottom = levels - 1
    const enter = conv2d(init, 'enter', { inputs: inputsOf(facts), outputs: channels })
    const first = block(init, 'down0', channels, convs)
    const down = Array.from({ length: bottom }, (_, level) => ({
      widen: conv2d(init, `widen${level + 1}`, {
        inputs: channels * 2 ** level,
        outputs: channels * 2 ** (level + 1),
      }),
      convolve: block(init, `down${level + 1}`, channels * 2 ** (level + 1), convs),
    }))
    const turn = block(init, `up${bottom}`, channels * 2 ** bottom, convs)
    const up = Array.from({ length: bottom }, (_, level) => {
      const [inputs, outputs] = [channels * 2 ** (level + 1), channels * 2 ** level]
      return {
        grow: double(init, `grow${level}`, { inputs, outputs }),
        join: conv2d(init, `join${level}`, { inputs, outputs }),
        convolve: block(init, `up${level}`, outputs, convs),
      }
    })
    const leave = conv2d(init, 'leave', { inputs: channels, outputs: outputsOf(facts) })
    const size = Math.ceil(n / 2 ** bottom) * 2 ** bottom

    return (input) => {
      const levelsDown: Tensor[] = [first(enter(padTo(featuresOf(input, facts), size)))] // [B, s, s, C], s = size
      for (const { widen, convolve } of down) levelsDown.push(convolve(widen(halve(levelsDown.at(-1)!)))) // [B, s/2ˡ, s/2ˡ, 2ˡ C]
      let h = turn(levelsDown[bottom]!)
      for (let level = bottom - 1; level >= 0; level--) {
        const { grow, join, convolve } = up[level]!
        h = convolve(join(tf.concat([levelsDown[level]!, grow(h)], -1))) // [B, s/2ˡ, s/2ˡ, 2ˡ C]
      }
      return solutionOf(cropTo(leave(h), n), facts) // [B, n, n]
    }
  },
}

export default unet

/** `convs` times a 3 × 3 convolution and GELU: [B, h, w, width] → [B, h, w, width]. */
function block(init: Init, name: string, width: number, convs: number) {
  const layers = Array.from({ length: convs }, (_, i) =>
    conv2d(init, `${name}/conv${i}`, { inputs: width, outputs: width }),
  )
  return (x: Tensor): Tensor => layers.reduce((h, conv) => gelu(conv(h)), x)
}
