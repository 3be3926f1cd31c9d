/**
 * Differentiable neural input search: matrix factorization as in bpr-mf, with vectors of mixed sizes. Users and items are sorted by
 * how many pairs they are in and cut into `blocks` each; a block l chooses softly, e = α_l ⊙ v with α_l in [0, 1]^d.
 *
 *   search   steps on v by triples of training pairs; after each `every` of them one step on α by as many triples of the pairs held out:
 *            α_l ← clip(α_l − rate · g_l / mean |g_l|), so that blocks with many pairs do not outrun the others
 *   cut      the elements of smallest |α_l v| of all users and items, until the share `kept` is left; those that are 0 whatever is left
 *   retrain  from a new start without what is cut
 *
 * score(j) = e_u · e_j, [N + 1] f64, index 0 unused; who is new is folded in as in bpr-mf, with no element of his own cut.
 *
 * Cheng, Shen & Huang, arXiv:2006.04466, whose abstract has half as many numbers on collaborative filtering: kept 0.5. α begins at 1.
 * Departures: the gradient by α is that at the vectors as they are, not after a step of theirs (first order); a share is kept, there a
 * threshold; pairwise loss, there that of the model it is put into. Numbers of blocks, held-out pairs and rates are ours.
 */
import type { Ranker, Rng } from '../../contracts.ts'
import { rng } from '../../math/rng.ts'
import { descend, descendAll, type Factors, foldIn, type Steps, scaled, scaleRows } from '../factors.ts'
import { type Incidence, incidenceOf, type Rows } from '../incidence.ts'
import { type Pairs, pairsOf } from '../pairs.ts'
import { descent, normals, rankBy } from '../vectors.ts'

const defaults = {
  dim: 64,
  blocks: 10,
  kept: 0.5,
  search: { epochs: 20, held: 0.1, every: 1024, rate: 0.001 },
  epochs: 100,
  rate: 0.05,
  regularization: 0.0025,
  negatives: 0.00025,
  seed: 0,
}
type Settings = typeof defaults
type Sides = { users: Factors; items: Factors }

const dnis: Ranker<Settings> = {
  about: 'Matrix factorization whose vectors keep the elements that held-out pairs want',
  cite: 'arXiv:2006.04466',
  defaults,

  fit(train, settings) {
    const incidence = incidenceOf(train)
    const { dim, seed } = settings
    const random = rng(seed, 'dnis')
    const searched = search(incidence, settings, random)
    const kept = cut(searched, dim, settings.kept)
    const again = (side: Rows, mask: Float64Array): Factors => ({
      vectors: normals(side.count * dim, 0.1, random),
      scales: mask,
      groups: Int32Array.from({ length: side.count }, (_, r) => r),
    })
    const users = again(incidence.users, kept.users)
    const items = again(incidence.items, kept.items)
    descendAll({ users, items }, pairsOf(incidence), settings, random)
    const fold = (taken: Int32Array, to: Float64Array) =>
      foldIn(taken, to, items, settings, rng(seed, 'dnis', 'fold', ...taken))
    return rankBy({ users: scaled(users, dim), items: scaled(items, dim), width: dim, fold })
  },
}

export default dnis

/** Vectors and α after the search. */
function search(incidence: Incidence, settings: Settings, random: Rng): Sides {
  const { dim, blocks } = settings
  const { epochs, held, every, rate } = settings.search
  const side = (rows: Rows): Factors => ({
    vectors: normals(rows.count * dim, 0.1, random),
    scales: new Float64Array(blocks * dim).fill(1),
    groups: blocksOf(rows, blocks),
  })
  const sides = { users: side(incidence.users), items: side(incidence.items) }
  const places = Array.from(incidence.users.columns.keys(), (place) => ({
    place,
    held: random.uniform() < held,
  }))
  const part = (which: boolean) =>
    pairsOf(
      incidence,
      Int32Array.from(
        places.filter((one) => one.held === which),
        ({ place }) => place,
      ),
    )
  const [learned, asked] = [part(false), part(true)]
  const triple = new Int32Array(3)
  for (let n = 1; n <= epochs * learned.count; n++) {
    if (learned.draw(random, triple)) descend(sides.users, sides.items, triple, settings)
    if (n % every === 0 && asked.count > 0) choose(sides, asked, settings, { every, rate }, random)
  }
  return sides
}

/** The block of each row: by falling number of pairs, then by number. */
export function blocksOf({ count, starts }: Rows, blocks: number): Int32Array {
  const degree = (r: number) => starts[r + 1]! - starts[r]!
  const order = Int32Array.from({ length: count }, (_, r) => r).sort((a, b) => degree(b) - degree(a) || a - b)
  const groups = new Int32Array(count)
  for (const [place, r] of order.entries()) groups[r] = Math.floor((place * blocks) / count)
  return groups
}

/** One step on α of both sides. */
function choose(
  { users, items }: Sides,
  asked: Pairs,
  { dim }: Steps,
  { every, rate }: { every: number; rate: number },
  random: Rng,
): void {
  const gradients = {
    users: new Float64Array(users.scales.length),
    items: new Float64Array(items.scales.length),
  }
  const triple = new Int32Array(3)
  for (let n = 0; n < every; n++)
    if (asked.draw(random, triple)) addScaleGradients({ users, items }, triple, dim, gradients)
  for (const [side, gradient] of [
    [users, gradients.users],
    [items, gradients.items],
  ] as const)
    for (let at = 0; at < gradient.length; at += dim) {
      const own = gradient.subarray(at, at + dim)
      const size = own.reduce((sum, value) => sum + Math.abs(value), 0) / dim
      if (size === 0) continue
      for (let f = 0; f < dim; f++)
        side.scales[at + f] = Math.min(1, Math.max(0, side.scales[at + f]! - (rate * own[f]!) / size))
    }
}

/** The gradient of softplus(−x) by the scales of a triple, added. */
export function addScaleGradients(
  { users, items }: Sides,
  triple: Int32Array,
  dim: number,
  to: { users: Float64Array; items: Float64Array },
): void {
  const [u, i, j] = [triple[0]! * dim, triple[1]! * dim, triple[2]! * dim]
  const [su, si, sj] = scaleRows(users, items, triple, dim)
  const [p, s, q, t] = [users.vectors, users.scales, items.vectors, items.scales]
  const apart = (f: number) => t[si + f]! * q[i + f]! - t[sj + f]! * q[j + f]!
  let x = 0
  for (let f = 0; f < dim; f++) x += s[su + f]! * p[u + f]! * apart(f)
  const pull = descent(x)
  for (let f = 0; f < dim; f++) {
    const own = s[su + f]! * p[u + f]!
    to.users[su + f]! -= pull * p[u + f]! * apart(f)
    to.items[si + f]! -= pull * q[i + f]! * own
    to.items[sj + f]! += pull * q[j + f]! * own
  }
}

/** 1 where an element is kept, 0 where it is cut; of equals at the cut all are kept, but no zeros: of too many, less than `kept` is left. */
export function cut(
  { users, items }: Sides,
  dim: number,
  kept: number,
): { users: Float64Array; items: Float64Array } {
  const sizes = [users, items].map((side) => scaled(side, dim).map(Math.abs))
  const [ofUsers, ofItems] = sizes as [Float64Array, Float64Array]
  const sorted = new Float64Array(ofUsers.length + ofItems.length)
  sorted.set(ofUsers)
  sorted.set(ofItems, ofUsers.length)
  sorted.sort()
  const least = sorted[Math.min(sorted.length - 1, Math.round((1 - kept) * sorted.length))] ?? 0
  const mask = (all: Float64Array) => all.map((size) => (size > 0 && size >= least ? 1 : 0))
  return { users: mask(ofUsers), items: mask(ofItems) }
}
