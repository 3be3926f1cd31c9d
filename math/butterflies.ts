/**
 * One stage of a Stockham transform (decimation in frequency) for the radices 2, 3, 4 and 5. With r·m points left,
 * `lanes` numbers side by side at each of them, and ω = e^{−2πi/(r·m)},
 *
 *   to[q + lanes (r p + j)] = ω^{jp} Σₖ e^{−2πi jk/r} from[q + lanes (p + k m)],   p < m, j < r, q < lanes.
 *
 * The order of the operations written here is part of the bytes of every dataset: a faster twin must keep it.
 * Van Loan, Computational Frameworks for the Fast Fourier Transform (doi:10.1137/1.9781611970999), section 1.7.
 */

/** Real and imaginary parts, apart. */
export interface Complex {
  re: Float64Array
  im: Float64Array
}
/** `roots[j]` is e^{−2πi j/n} of the whole transform; `step` = n / (r·m) picks those of this stage. */
export interface Stage {
  radix: number
  m: number
  step: number
  roots: Complex
}
export type Butterfly = (from: Complex, to: Complex, stage: Stage, lanes: number) => void

const radix2: Butterfly = ({ re, im }, to, { m, step, roots }, lanes) => {
  const jump = lanes * m
  for (let p = 0; p < m; p++) {
    const c1 = roots.re[p * step]!
    const s1 = roots.im[p * step]!
    for (let q = 0, i = lanes * p, o = 2 * lanes * p; q < lanes; q++, i++, o++) {
      const br = re[i + jump]!
      const bi = im[i + jump]!
      const dr = re[i]! - br
      const di = im[i]! - bi
      to.re[o] = re[i]! + br
      to.im[o] = im[i]! + bi
      to.re[o + lanes] = dr * c1 - di * s1
      to.im[o + lanes] = dr * s1 + di * c1
    }
  }
}

const radix3: Butterfly = ({ re, im }, to, { m, step, roots }, lanes) => {
  const jump = lanes * m
  for (let p = 0; p < m; p++) {
    const c1 = roots.re[p * step]!
    const s1 = roots.im[p * step]!
    const c2 = roots.re[2 * p * step]!
    const s2 = roots.im[2 * p * step]!
    for (let q = 0, i = lanes * p, o = 3 * lanes * p; q < lanes; q++, i++, o++) {
      const sumR = re[i + jump]! + re[i + 2 * jump]!
      const sumI = im[i + jump]! + im[i + 2 * jump]!
      const turnR = SIN60 * (im[i + jump]! - im[i + 2 * jump]!)
      const turnI = SIN60 * (re[i + 2 * jump]! - re[i + jump]!)
      const midR = re[i]! - 0.5 * sumR
      const midI = im[i]! - 0.5 * sumI
      to.re[o] = re[i]! + sumR
      to.im[o] = im[i]! + sumI
      store(to, o + lanes, midR + turnR, midI + turnI, c1, s1)
      store(to, o + 2 * lanes, midR - turnR, midI - turnI, c2, s2)
    }
  }
}

const radix4: Butterfly = ({ re, im }, to, { m, step, roots }, lanes) => {
  const jump = lanes * m
  for (let p = 0; p < m; p++) {
    const c1 = roots.re[p * step]!
    const s1 = roots.im[p * step]!
    const c2 = roots.re[2 * p * step]!
    const s2 = roots.im[2 * p * step]!
    const c3 = roots.re[3 * p * step]!
    const s3 = roots.im[3 * p * step]!
    for (let q = 0, i = lanes * p, o = 4 * lanes * p; q < lanes; q++, i++, o++) {
      const acR = re[i]! + re[i + 2 * jump]!
      const acI = im[i]! + im[i + 2 * jump]!
      const minusR = re[i]! - re[i + 2 * jump]!
      const minusI = im[i]! - im[i + 2 * jump]!
      const bdR = re[i + jump]! + re[i + 3 * jump]!
      const bdI = im[i + jump]! + im[i + 3 * jump]!
      const turnR = im[i + jump]! - im[i + 3 * jump]!
      const turnI = re[i + 3 * jump]! - re[i + jump]!
      to.re[o] = acR + bdR
      to.im[o] = acI + bdI
      store(to, o + lanes, minusR + turnR, minusI + turnI, c1, s1)
      store(to, o + 2 * lanes, acR - bdR, acI - bdI, c2, s2)
      store(to, o + 3 * lanes, minusR - turnR, minusI - turnI, c3, s3)
    }
  }
}

const radix5: Butterfly = ({ re, im }, to, { m, step, roots }, lanes) => {
  const jump = lanes * m
  for (let p = 0; p < m; p++) {
    const w = p * step
    for (let q = 0, i = lanes * p, o = 5 * lanes * p; q < lanes; q++, i++, o++) {
      const sum1R = re[i + jump]! + re[i + 4 * jump]!
      const sum1I = im[i + jump]! + im[i + 4 * jump]!
      const sum2R = re[i + 2 * jump]! + re[i + 3 * jump]!
      const sum2I = im[i + 2 * jump]! + im[i + 3 * jump]!
      const gap1R = re[i + jump]! - re[i + 4 * jump]!
      const gap1I = im[i + jump]! - im[i + 4 * jump]!
      const gap2R = re[i + 2 * jump]! - re[i + 3 * jump]!
      const gap2I = im[i + 2 * jump]! - im[i + 3 * jump]!
      const mid1R = re[i]! + COS72 * sum1R + COS144 * sum2R
      const mid1I = im[i]! + COS72 * sum1I + COS144 * sum2I
      const mid2R = re[i]! + COS144 * sum1R + COS72 * sum2R
      const mid2I = im[i]! + COS144 * sum1I + COS72 * sum2I
      const turn1R = SIN72 * gap1I + SIN144 * gap2I
      const turn1I = SIN72 * gap1R + SIN144 * gap2R
      const turn2R = SIN144 * gap1I - SIN72 * gap2I
      const turn2I = SIN144 * gap1R - SIN72 * gap2R
      to.re[o] = re[i]! + sum1R + sum2R
      to.im[o] = im[i]! + sum1I + sum2I
      store(to, o + lanes, mid1R + turn1R, mid1I - turn1I, roots.re[w]!, roots.im[w]!)
      store(to, o + 2 * lanes, mid2R + turn2R, mid2I - turn2I, roots.re[2 * w]!, roots.im[2 * w]!)
      store(to, o + 3 * lanes, mid2R - turn2R, mid2I + turn2I, roots.re[3 * w]!, roots.im[3 * w]!)
      store(to, o + 4 * lanes, mid1R - turn1R, mid1I + turn1I, roots.re[4 * w]!, roots.im[4 * w]!)
    }
  }
}

export const butterflies: { readonly [radix: number]: Butterfly } = {
  2: radix2,
  3: radix3,
  4: radix4,
  5: radix5,
}

/** (re + i im) · (c + i s), written to one place. */
function store(to: Complex, at: number, re: number, im: number, c: number, s: number): void {
  to.re[at] = re * c - im * s
  to.im[at] = re * s + im * c
}

const SIN60 = 0.8660254037844386
const COS72 = 0.30901699437494745
const SIN72 = 0.9510565162951535
const COS144 = -0.8090169943749475
const SIN144 = 0.5877852522924731
