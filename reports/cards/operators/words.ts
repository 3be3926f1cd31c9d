/** Sentences and snippets of the cards of fields. */
import type { Dataset, Json } from '../../../contracts.ts'
import { quantile } from '../../../math/statistics.ts'
import type { Block } from '../../card.ts'
import { shortNumber } from '../../card-tables.ts'

/** Laws by the name of the generator; another generator's law is in its params. */
export function equationOf({ params }: Dataset): Block[] {
  const equation: Block = {
    kind: 'code',
    language: '',
    text: '−div(k(s) ∇u(s)) = f(s)   on (0, 1)²\n            u(s) = 0      on the boundary',
  }
  const rhs =
    'f is white noise: rhs is drawn from N(0, 1) at every interior node, independent of k, and not scaled with the grid.'
  const laws: Record<string, string> = {
    condiff: randomLaw(params),
    poisson: `k = 1: Poisson problems. ${rhs}`,
  }
  const law =
    laws[String(params.generator)] ??
    (params.generator === undefined
      ? 'The manifest names no generator, so what law k and f have is not known here.'
      : `k and f are those of the generator ${params.generator}; its params are below.`)
  return [equation, { kind: 'text', text: params.generator === 'condiff' ? `${law} ${rhs}` : law }]
}

/** By medium, as generators/condiff.ts has them; a manifest without one is of the first kind. */
function randomLaw(params: Dataset['params']): string {
  const { medium, jump, level, layers } = params
  if (medium === 'layered')
    return `k depends on its first index alone: ${layers} layers with borders drawn uniformly among those of the cells, k log-uniform between 1 and ${jump} in each.`
  const isTwoPhase = medium === 'two-phase'
  const k = isTwoPhase ? `k = ${jump} where φ > ${level}, else 1` : 'k = exp(φ)'
  return `${k}, φ a Gaussian random field of mean 0, ${covarianceOf(params, isTwoPhase ? 1 : params.variance)}.`
}

function covarianceOf(
  { covariance, length, lengths }: Dataset['params'],
  variance: Json | undefined,
): string {
  const forms: Record<string, string> = {
    cubic: '1 − 7r² + 8.75r³ − 3.5r⁵ + 0.75r⁷ up to r = 1, 0 beyond',
    exponential: 'exp(−r)',
    gaussian: 'exp(−r²)',
  }
  const form = forms[String(covariance)]
  const [size, ratio] = Array.isArray(lengths)
    ? [
        `lengths ${lengths[0]} along the first index of k and ${lengths[1]} along the second`,
        'r = √((dᵢ / first)² + (dⱼ / second)²)',
      ]
    : [`length ${length}`, 'r = d / length']
  const shape =
    form === undefined
      ? ''
      : `, its covariance at distance d is variance · ${/ /.test(form) ? `(${form})` : form} with ${ratio}`
  return `covariance ${covariance}, variance ${variance}, ${size}${shape}`
}

export const SCHEME = (n: number) =>
  `n = ${n}, h = 1/(n+1). k is constant on (n+1) × (n+1) cells: k[i][j] has its center at ((i+½)h, (j+½)h). rhs and x live on the n × n interior nodes, ` +
  'the corners that four cells share: x[i][j] at ((i+1)h, (j+1)h), between the cells k[i..i+1][j..j+1]. Faces carry the arithmetic mean of their two cells; ' +
  'the five-point matrix is multiplied by (n+1)², so that A(k) x = rhs has no h. Uniform square grid, Dirichlet boundary, stationary: there are no initial conditions.'

export function HARD({ params }: Dataset, contrast: Float64Array | undefined): string[] {
  const [middle, most] = contrast === undefined ? [1, 1] : [quantile(contrast, 0.5), quantile(contrast, 1)]
  const rough =
    'The right-hand side has the same energy in every frequency and no correlation between nodes. The inverse of the operator damps high frequencies, so x is much smoother than rhs and most of its size is in the lowest modes; an error metric relative to ‖x‖ says little about the rest. Look at the error by bands of frequency too.'
  const global =
    'x at a node depends on k and rhs everywhere: a network that sees only a neighborhood of the node cannot be right.'
  if (contrast === undefined && params.generator !== 'poisson') return [rough, global]
  if (most === 1)
    return [
      rough,
      'The operator is the same for all rows, so the map from rhs to x is one linear map. What is learned of it says nothing about another k.',
      global,
    ]
  return [
    `Within a row the coefficient spans a factor of its contrast, ${shortNumber(middle)} in the median and ${shortNumber(most)} at most; where k is small, gradients of x are large. x depends linearly on rhs, but not on k.`,
    rough,
    global,
    ...roughness(params),
    ONE_LAW,
  ]
}

export const ONE_LAW =
  'Rows of all splits are drawn from one law: the test split measures interpolation within it, not what happens for another contrast or grid.'

export function roughness({ medium, covariance, jump }: Dataset['params']): string[] {
  const jumps = `k jumps between neighboring cells, by a factor of up to ${jump}, and the gradient of x with it.`
  const rough =
    'The exponential covariance has fields that are nowhere differentiable: k has structure down to the single cell, and a coarser grid does not see it.'
  return [
    ...(medium === 'two-phase' || medium === 'layered' ? [jumps] : []),
    ...(medium !== 'layered' && covariance === 'exponential' ? [rough] : []),
  ]
}

/** Titles of the sections that another track says otherwise. */
export const INTERESTING = 'What is interesting and challenging about the data'
export const READ = 'How to read it'

/** Runs in the folder of the dataset. */
export function READING({ name, shards, facts }: Dataset): Block[] {
  const n = Number(facts.grid)
  const test = shards.some(({ split }) => split === 'test') ? 'test' : (shards[0]?.split ?? 'train')
  return [
    { kind: 'text', text: 'Python (pandas with pyarrow); a field is one list a row, row-major:' },
    {
      kind: 'code',
      language: 'python',
      text: `import glob, numpy as np, pandas as pd

rows = pd.concat(pd.read_parquet(path) for path in sorted(glob.glob("${test}-*.parquet")))
k = np.stack(rows["k"]).reshape(-1, ${n + 1}, ${n + 1})
rhs = np.stack(rows["rhs"]).reshape(-1, ${n}, ${n})
x = np.stack(rows["x"]).reshape(-1, ${n}, ${n})`,
    },
    { kind: 'text', text: 'DuckDB:' },
    {
      kind: 'code',
      language: 'sql',
      text: `SELECT "row", contrast, list_max(x) AS largest
FROM '${test}-*.parquet' ORDER BY contrast DESC LIMIT 5`,
    },
    { kind: 'text', text: 'TypeScript; every byte is checked before a value is used:' },
    {
      kind: 'code',
      language: 'ts',
      text: `import { readManifest, readSplit } from 'fieldrank'

const dataset = await readManifest('.')
const { rows, data } = await readSplit('.', dataset, '${test}', ['k', 'rhs', 'x'])`,
    },
    { kind: 'text', text: 'The files of ConDiff, for code that was written for them:' },
    { kind: 'code', language: 'console', text: `$ npx fieldrank export ${name} --format hdf5` },
  ]
}

export const TRANSPOSED =
  'In these files k and x lie alike. In the HDF5 files of ConDiff they do not: rhs and x are vectors in the order p = i + n j, and its loaders and notebooks reshape them row-major to (n, n), which is the transposed field, beside a k that is not transposed (and that they cut to its first n rows and columns). Networks trained on such pairs see a coefficient that does not belong to the solution. fieldrank export --format hdf5 writes the published files, with the published order, so that code written for ConDiff runs unchanged and makes the same mistake; to be right there, read with order="F" or transpose k. With --as-published it writes the mistaken pairs themselves, for a comparison with published numbers and for nothing else.'
