/** The rows of the operators under another question: their cards, but for what is asked, what is hard, and how A is made. */
import { join } from 'node:path'
import type { Dataset } from '../../contracts.ts'
import { readParquet } from '../../io/parquet.ts'
import { quantile } from '../../math/statistics.ts'
import type { Block, Describer } from '../card.ts'
import { shortNumber } from '../card-tables.ts'
import { INTERESTING, ONE_LAW, READ, roughness } from './operators/words.ts'
import operators from './operators.ts'

const preconditioners: Describer = {
  about: 'Cards of systems that ask for a preconditioner',
  async describe(dataset, folder) {
    const { before, after } = await operators.describe(dataset, folder)
    const hard: Block = { kind: 'list', items: HARD(dataset, await contrastOf(dataset, folder)) }
    return {
      before: [{ title: 'Question', blocks: [{ kind: 'text', text: QUESTION }] }, ...before],
      after: after.map((section) => {
        if (section.title === INTERESTING) return { ...section, blocks: [hard] }
        return section.title === READ ? { ...section, blocks: [...section.blocks, ...ASSEMBLY] } : section
      }),
    }
  },
}

export default preconditioners

const QUESTION =
  'A ↦ M: a preconditioner of each matrix. It is judged by the steps that conjugate gradients take with it in float64, and by the seconds of its set-up and of a solve. The x of a row is no target here: it is what a right solve comes to.'

async function contrastOf({ schema, shards }: Dataset, folder: string): Promise<number[]> {
  if (schema.contrast === undefined) return []
  const parts = shards.map((shard) =>
    readParquet(join(folder, shard.path), { columns: ['contrast'], schema, expect: shard }),
  )
  return (await Promise.all(parts)).flatMap(({ data }) => Array.from(data.contrast as Float64Array))
}

function HARD({ params }: Dataset, contrasts: readonly number[]): string[] {
  const contrast = Float64Array.from(contrasts)
  const [middle, most] = contrast.length === 0 ? [1, 1] : [quantile(contrast, 0.5), quantile(contrast, 1)]
  const spread =
    most === 1
      ? ''
      : ` and with the contrast of k, ${shortNumber(middle)} in the median and ${shortNumber(most)} at most`
  return [
    `A is symmetric and positive definite, with five entries a row. Its condition number grows like (n+1)²${spread}; the steps of conjugate gradients without a preconditioner grow like its root.`,
    'What is slow are the modes of long wavelength. An incomplete factor sees a few cells around a node, so its steps still grow with n; a cycle of multigrid sees all scales.',
    'The right-hand side has the same energy in every mode: no step is saved by a smooth solution.',
    'M is paid once per matrix, a step once per solve. Few steps of an expensive M can be slower than many of a cheap one: the exact factor needs one.',
    ...roughness(params),
    ONE_LAW,
  ]
}

/** In NumPy's order, which is that of x and rhs. */
const ASSEMBLY: readonly Block[] = [
  { kind: 'text', text: 'The matrix of a row in SciPy; node (i, j) is row i n + j:' },
  {
    kind: 'code',
    language: 'python',
    text: `import scipy.sparse as sp

def matrix(k):
    n, k = len(k) - 1, k.astype(float)
    across, down = (k[:-1] + k[1:]) / 2, (k[:, :-1] + k[:, 1:]) / 2  # faces to west and east, north and south
    center = across[:, :-1] + across[:, 1:] + down[:-1] + down[1:]
    east = across[:, 1:].copy()
    east[:, -1] = 0  # the boundary
    upper = sp.diags([east.ravel()[:-1], down[1:].ravel()[:-n]], [1, n])
    return (n + 1) ** 2 * (sp.diags(center.ravel()) - upper - upper.T)

left = rhs[0].ravel() - matrix(k[0]) @ x[0].ravel()
print(np.linalg.norm(left) / np.linalg.norm(rhs[0]), rows["residual"].iloc[0])`,
  },
]
