/**
 * Colors of a number in [0, 1], piecewise linear between the entries of a small table in sRGB.
 *
 * viridis (Smith & van der Walt, CC0): equal steps look equal, also in gray and to the color-blind. Every eighth of
 * its 256 colors is kept; what lies between differs from the original by less than 2 of 255.
 * diverging: RdBu of ColorBrewer (Harrower & Brewer, doi:10.1179/000870403235002042), blue below ½, white at ½, red above.
 */

export type Rgb = readonly [red: number, green: number, blue: number]
export type Colormap = (t: number) => Rgb

export const viridis: Colormap = colormap(
  '440154 470d60 48196b 482373 472d7b 453781 424086 3f4a89 3b528b 375a8c 34638d 306b8e 2c728e 297a8e 27828e 23898e ' +
    '21918d 1f988b 1f9f88 21a785 28ae80 32b57b 3ebc74 4dc26c 5dc963 6fce58 82d34c 96d840 abdc32 c0e025 d5e21b eae51b fde725',
)

export const diverging: Colormap = colormap(
  '053061 2166ac 4393c3 92c5de d1e5f0 f7f7f7 fddbc7 f4a582 d6604d b2182b 67001f',
)

/** What is not a number: a gray that neither map contains. */
export const MISSING: Rgb = [128, 128, 128]

/** Beyond the ends the map stays at its ends. */
function colormap(table: string): Colormap {
  const colors = table.split(' ').map(parse)
  return (t) => {
    if (Number.isNaN(t)) return MISSING
    const place = Math.min(1, Math.max(0, t)) * (colors.length - 1)
    const left = Math.min(colors.length - 2, Math.floor(place))
    const [a, b] = [colors[left]!, colors[left + 1]!]
    const mix = (c: 0 | 1 | 2) => Math.round(a[c] + (b[c] - a[c]) * (place - left))
    return [mix(0), mix(1), mix(2)]
  }
}

function parse(hex: string): Rgb {
  const n = Number.parseInt(hex, 16)
  return [n >> 16, (n >> 8) & 255, n & 255]
}
