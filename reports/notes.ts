/** The sentences around a table: what it is about, how its numbers came to be, and how to make them again. */
import { type Board, type Line, type MetricFacts, type Standing, shownOf } from './board.ts'
import { boundsOf } from './bounds.ts'
import { NONE, ROUNDING, significant } from './numbers.ts'
import { powerOf, sharedOf } from './table.ts'

/** Said of every made log, in the caption, so that no one takes it for evidence about losses. */
export const MADE = 'A made log: this table checks the machinery; it does not compare losses.'

/** `gaussian0.4_grid16 · 32 test rows` */
export function titleOf({ dataset, rows }: Standing): string {
  return `${dataset.name} · ${rows} test rows`
}

/** About the dataset; its version and license; for a made log the sentence that says so, else ''. */
export function captionOf({ dataset }: Standing): { about: string; source: string; made: string } {
  const { about, version, license, made } = dataset
  return { about: sentence(about), source: `Version ${version}, ${license}`, made: made ? MADE : '' }
}

/** What stands below every table. `level` is that of the ranks; `protocol` is what the track says of itself. */
export function notesOf(
  standing: Pick<Standing, 'metrics' | 'lines' | 'resolution'>,
  { level, protocol }: { level: number; protocol: readonly string[] },
): string[] {
  const { metrics, lines, resolution } = standing
  const [first] = metrics
  if (first === undefined) return []
  const several = lines.some(({ seeds }) => seeds.length > 1)
  const scaled = metrics.some((metric) => powerOf(metric, lines) !== 0)
  const missing = lines.some(({ scores }) => scores[first.name] === undefined)
  return [
    ...shownOf(metrics).map(definition),
    ...(shownOf(metrics).length < metrics.length
      ? ['The other cut-offs stand in leaderboard.csv and leaderboard.json.']
      : []),
    ...(metrics.some(({ name }) => name.includes('@')) ? ['k is the number after the @.'] : []),
    ...protocol,
    ...boundsOf(lines, first).map(
      ({ model, about }) => `${model}, which has no rank: ${sentence(about.join(' '))}`,
    ),
    `value ± one standard error of the mean over the test rows. ${ROUNDING}.`,
    ...(scaled ? ['A power of ten in the head of a column, as in (1e-4), is the unit of the column.'] : []),
    ...(several ? ['Several seeds: the mean over the seeds of each row first, then over the rows.'] : []),
    `Rank (#): 1 + the number of methods that are better in ${first.name}, by a paired bootstrap over the test rows with Holm's correction for all pairs, at level ${level}. Equal ranks are ties; within a rank the better mean stands first. ranks: those that the test rows do not exclude. leaderboard.json has the p-value of each pair alone, under pairs.`,
    ...(resolution === null
      ? []
      : [
          `The smallest difference in ${first.name} that these rows can see: ${significant(resolution, 2)} (the median over all pairs of methods of the paired difference that a test at 5 % calls real in 80 % of samples like this one).`,
        ]),
    ...(lines.some(({ pareto }) => pareto.time || pareto.memory) ? [FRONT] : []),
    ...(missing
      ? [`${NONE}: this run, which other datasets of the track have, is not finished here, or has no score.`]
      : []),
    ...(lines.some(({ spent }) => spent !== undefined) ? [SPENT] : []),
    ...(lines.some(({ solving }) => solving !== undefined) ? [SOLVED] : []),
    'weights: trainable numbers; not counted of a method that is fitted. train: wall-clock seconds. peak memory: the most the process of the run held. These are measured anew with every run; all else is repeatable.',
  ]
}

const SOLVED =
  'set-up: seconds to make the preconditioner of one matrix, a network included. solve: seconds of conjugate gradients from 0 to the residual of the first metric. condition: of M⁻¹A, estimated by the steps of conjugate gradients (Lanczos); who predicts says it, and nobody can check it. Medians over the test rows.'

const SPENT =
  'loss memory: what the tensors of the loss alone take at once, counted on its graph for one batch; the gradients by states and items, which every loss has, are left out. epoch: wall-clock seconds with the validation after it. best epoch: the first with the best validation value.'

/** What made a table, and what all of its rows have in common. */
export function originOf(
  standing: Standing,
  board: Board,
): { made: string; command: string; shared: string } {
  const versions = [...new Set(standing.lines.flatMap(({ version }: Line) => version ?? []))]
  const made = ['Made by fieldrank', versions.join(' and ')].join(' ').trim()
  const shared = sharedOf(standing)
  return { made, command: commandOf(board), shared: shared === '' ? '' : `All rows: ${shared}.` }
}

export function commandOf({ asked: { stages, flags } }: Board): string {
  return `fieldrank run ${stages === '' ? '' : `${stages} `}${flags}`
}

const FRONT =
  'front: time (memory) where no other row is better in both the first metric and the seconds (the peak memory).'

/** How the tracks we know ask their question. What a metric itself counts is said by the metric. */
export const PROTOCOL: { readonly [track: string]: readonly string[] } = {
  operators: [
    'Networks see the coefficient and the right-hand side, scaled by the train split, and say the solution. Every score compares it with the float64 solution of the stored system.',
    'zero, mean and nearest say what not learning costs; coarse-solve says what a solver on a grid four times coarser gets for nothing.',
  ],
  preconditioners: [
    'Conjugate gradients run here, in float64, with each preconditioner: networks hand in a correction of an incomplete Cholesky factor, or (dcdm) a direction at every step, no solution. A count can be claimed by anyone, and an exact solver needs one step; so the residual of the iterate is computed again, and steps are to be read beside set-up and solve.',
    'multigrid: a step is one V(1,1) cycle. cholesky: the exact factor. Break-even is against all of them.',
  ],
  recommenders: [
    'Each method ranks the whole catalog for every test user; items in the history are excluded, and a target among them counts as a miss. Scores are taken from the 50 best items.',
    'Ties in score lists are broken by higher popularity in training, then by the smaller item id.',
  ],
}

/** Why a board has no table; '' when it has one. */
export function emptinessOf(board: Board): string {
  const { standings, track } = board
  if (standings.some(({ lines }) => lines.some(({ runs }) => runs.length > 0))) return ''
  const left = standings.flatMap(({ notes }) => notes) // without a table only runs that were left out have some
  return [`No run of the track ${track} is finished yet. ${commandOf(board)} makes them.`, ...left].join(' ')
}

export function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function definition({ name, about, unit }: MetricFacts): string {
  return sentence(`${name}: ${about}${unit === '' || unit === '1' ? '' : ` [${unit}]`}`)
}
