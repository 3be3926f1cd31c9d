/** What a finished board of the track `operators` says to what is known of its models: pure, on leaderboard.json. */
import type { Board, Line, Standing } from '../../reports/board.ts'

export interface Claim {
  says: string
  holds: boolean
  because: string
  own?: boolean // nobody has published it: told, not asked for
}

const CONVOLUTIONAL = ['dilresnet', 'unet']
const SPECTRAL = ['ffno', 'sno'] // of ConDiff
const OTHER_SPECTRAL = ['fno', 'mg-tfno', 't1'] // that ConDiff does not have
const METRIC = 'relative-l2'

/** Test errors that could be read in the notebooks of ConDiff (arXiv:2406.04709): grid 64, 1000 rows, 400 epochs, mean ± standard deviation. */
export const PUBLISHED: readonly { set: string; model: string; error: number; deviation: number }[] = [
  { set: 'poisson', model: 'dilresnet', error: 0.016, deviation: 0.005 },
  { set: 'poisson', model: 'unet', error: 0.02, deviation: 0.007 },
  { set: 'poisson', model: 'sno', error: 0.056, deviation: 0.018 },
  { set: 'cubic0.1', model: 'dilresnet', error: 0.071, deviation: 0.02 },
  { set: 'cubic0.1', model: 'sno', error: 0.09, deviation: 0.025 },
]

export function claimsOf({ standings }: Board): Claim[] {
  return [
    ...standings
      .filter(({ dataset }) => dataset.name.startsWith('poisson'))
      .flatMap((standing) => [
        convolutionsWin(standing, SPECTRAL, 'of ConDiff'),
        { ...convolutionsWin(standing, OTHER_SPECTRAL, 'that ConDiff does not have'), own: true },
      ]),
    ...standings.map(learnedWin),
    ...growing(standings),
  ]
}

/** The published five beside ours; an error is null where no such run is finished. */
export function compared({ standings }: Board) {
  return PUBLISHED.map((published) => {
    const standing = standings.find(({ dataset }) => setOf(dataset.name) === published.set)
    const line = standing === undefined ? undefined : bestOf(standing, published.model)
    const ours = line?.scores[METRIC] ?? null
    return {
      ...published,
      dataset: standing?.dataset.name ?? null,
      loss: line?.loss ?? null,
      ours,
      epochs: epochsOf(line),
    }
  })
}

/** 'cubic0.1_grid64' is of the set 'cubic0.1', on any grid. */
export function setOf(dataset: string): string {
  return dataset.replace(/_grid\d+$/, '')
}

/** From what a run says of itself: '… for 40 epochs'. */
function epochsOf(line: Line | undefined): number | null {
  const found = /for (\d+) epochs?/.exec(line?.about[0] ?? '')
  return found === null ? null : Number(found[1])
}

function convolutionsWin(standing: Standing, spectral: readonly string[], whose: string): Claim {
  const errors = (models: readonly string[]) =>
    models.flatMap((model) => {
      const value = errorOf(bestOf(standing, model))
      return value === null ? [] : [{ model, value }]
    })
  const [ours, theirs] = [errors(CONVOLUTIONAL), errors(spectral)]
  const worst = ours.toSorted((a, b) => b.value - a.value)[0]
  const best = theirs.toSorted((a, b) => a.value - b.value)[0]
  const name = standing.dataset.name
  return {
    says: `${name}: convolutional networks beat the spectral ones ${whose}`,
    holds: worst !== undefined && best !== undefined && worst.value < best.value,
    because: `worst of ${shown(ours)}; best of ${shown(theirs)}`,
  }
}

function learnedWin(standing: Standing): Claim {
  const bar = Math.min(...['mean', 'nearest'].map((model) => errorOf(bestOf(standing, model)) ?? Number.NaN))
  const learned = standing.lines.filter(({ loss, runs }) => loss !== 'none' && runs.length > 0)
  const failed = learned.filter((line) => !((errorOf(line) ?? Number.NaN) < bar))
  return {
    says: `${standing.dataset.name}: all learned models beat mean and nearest`,
    holds: learned.length > 0 && failed.length === 0,
    because: `${learned.length} methods against ${bar.toPrecision(3)}${failed.map(({ model, loss }) => `; not ${model}_${loss}`).join('')}`,
  }
}

/** Sets of one covariance and grid, by rising variance: every model that two neighbors have. */
function growing(standings: readonly Standing[]): Claim[] {
  const parsed = standings.flatMap((standing) => {
    const found = /^([a-z]+)([\d.]+)_grid(\d+)$/.exec(standing.dataset.name)
    return found === null ? [] : [{ standing, family: `${found[1]}${found[3]}`, variance: Number(found[2]) }]
  })
  return parsed.flatMap((low) => {
    const above = parsed.filter(({ family, variance }) => family === low.family && variance > low.variance)
    const high = above.toSorted((a, b) => a.variance - b.variance)[0]
    if (high === undefined) return []
    const pairs = [...CONVOLUTIONAL, ...SPECTRAL, ...OTHER_SPECTRAL, 'scot'].flatMap((model) => {
      const [a, b] = [errorOf(bestOf(low.standing, model)), errorOf(bestOf(high.standing, model))]
      return a === null || b === null ? [] : [{ model, a, b }]
    })
    const failed = pairs.filter(({ a, b }) => !(a < b))
    return {
      says: `the error grows with the variance from ${low.standing.dataset.name} to ${high.standing.dataset.name}`,
      holds: pairs.length > 0 && failed.length === 0,
      because: pairs
        .map(({ model, a, b }) => `${model} ${a.toPrecision(3)} → ${b.toPrecision(3)}`)
        .join(', '),
    }
  })
}

/** The row of a model with its best loss. */
function bestOf({ lines }: Standing, model: string): Line | undefined {
  const own = lines.filter((line) => line.model === model && errorOf(line) !== null)
  return own.toSorted((a, b) => errorOf(a)! - errorOf(b)!)[0]
}

function errorOf(line: Line | undefined): number | null {
  return line?.scores[METRIC]?.value ?? null
}

function shown(errors: readonly { model: string; value: number }[]): string {
  return errors.length === 0
    ? 'none'
    : errors.map(({ model, value }) => `${model} ${value.toPrecision(3)}`).join(', ')
}
