/** The sampled losses and RECE once more, in f64 and plain loops, from the definitions alone. */
import { type Matrix, table } from './reference.ts'

export const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0)
export const average = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length
const softplus = (x: number) => Math.log1p(Math.exp(-Math.abs(x))) + Math.max(x, 0)

export type Each = (i: number) => { right: number; others: number[] } // logits of one position

/** p_i and the logits of `negatives(i)`. */
export function logitsOf(
  X: Matrix,
  W: Matrix,
  y: readonly number[],
  negatives: (i: number) => number[],
): Each {
  return (i) => ({ right: dot(X[i]!, W[y[i]!]!), others: negatives(i).map((j) => dot(X[i]!, W[j]!)) })
}

export const softmaxLoss = ({ right, others }: ReturnType<Each>) =>
  Math.log([right, ...others].reduce((sum, r) => sum + Math.exp(r), 0)) - right

export const binaryLoss = ({ right, others }: ReturnType<Each>, weight = 1) =>
  (weight * softplus(-right) + others.reduce((sum, r) => sum + softplus(r), 0)) / (others.length + 1)

/** gBCE as published: ordinary BCE of a transformed positive logit. */
export function transformedLogit(right: number, weight: number): number {
  return Math.log(1 / ((1 / (1 + Math.exp(-right))) ** -weight - 1))
}

export const pairLoss = ({ right, others }: ReturnType<Each>) =>
  average(others.map((r) => softplus(r - right)))

export function bprMaxLoss({ right, others }: ReturnType<Each>, penalty: number): number {
  const total = others.reduce((sum, r) => sum + Math.exp(r), 0)
  const shares = others.map((r) => Math.exp(r) / total)
  const wins = others.map((r) => 1 / (1 + Math.exp(r - right)))
  const ranked = shares.reduce((sum, s, k) => sum + s * wins[k]!, 0)
  const size = shares.reduce((sum, s, k) => sum + s * others[k]! ** 2, 0)
  return -Math.log(ranked) + penalty * size
}

export interface Rounds {
  hashes: { x: number[]; w: number[] }[]
  orders: { x: number[]; w: number[] }[]
  candidates: Set<number>[] // of each position, its next item included where it is met
  values: number[]
  counted: number[] // the same by the published log-count form
}

/** RECE by sets. Lengths must be multiples of the number of anchors, as where the published form needs no padding. */
export function reduced(
  X: Matrix,
  W: Matrix,
  y: readonly number[],
  anchors: readonly Matrix[],
  extra: number,
): Rounds {
  const hash = (vectors: Matrix, B: Matrix) =>
    vectors.map((v) => {
      const on = B.map((b) => dot(b, v))
      return on.indexOf(Math.max(...on))
    })
  const sorted = (keys: number[]) => keys.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]! || a - b)
  const hashes = anchors.map((B) => ({ x: hash(X, B), w: hash(W, B) }))
  const orders = hashes.map(({ x, w }) => ({ x: sorted(x), w: sorted(w) }))
  const met: number[][] = X.map(() => [])
  orders.forEach(({ x, w }, round) => {
    const chunks = anchors[round]!.length
    const [wideX, wideW] = [X.length / chunks, W.length / chunks]
    x.forEach((i, rank) => {
      const chunk = Math.floor(rank / wideX)
      const [from, to] = [Math.max(0, chunk - extra), Math.min(chunks, chunk + extra + 1)]
      met[i]!.push(...w.slice(from * wideW, to * wideW))
    })
  })
  const candidates = met.map((items) => new Set(items))
  const values = X.map((x, i) => {
    const others = [...candidates[i]!].filter((j) => j !== y[i]).map((j) => dot(x, W[j]!))
    return softmaxLoss({ right: dot(x, W[y[i]!]!), others })
  })
  const counted = X.map((x, i) => {
    const times = (j: number) => met[i]!.filter((other) => other === j).length
    const others = met[i]!.filter((j) => j !== y[i]).map((j) => dot(x, W[j]!) - Math.log(times(j)))
    return softmaxLoss({ right: dot(x, W[y[i]!]!), others })
  })
  return { hashes, orders, candidates, values, counted }
}

/** Anchors of round q of the worked case. */
export function workedAnchors(round: number, count = 2): Matrix {
  return table(count, 4, (b, k) => Math.sin(0.5 + 1.3 * b + 2.1 * k + 0.8 * round))
}
