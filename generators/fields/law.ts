/** The params of generators/condiff.ts: what they mean, which of them belong together, and the law that they name. */
import type { Params } from '../../contracts.ts'
import { suggest, UserError } from '../../io/errors.ts'
import { covariances, isCovariance } from './covariance.ts'
import type { FieldLaw } from './embedding.ts'
import type { Window } from './grf.ts'
import { isGrid, MOST_GRID } from './record.ts'

export const defaults = {
  medium: 'lognormal', // k = e^φ; or two-phase, layered
  covariance: 'gaussian', // of φ; or cubic, exponential
  variance: 0.4, // of φ
  length: 0.05, // of correlation; the square has side 1
  lengths: null as null | readonly [number, number], // along i and along j of k[i][j], in place of `length`
  contrast: null as Window, // lognormal: [low, high], or null for every field
  jump: 1000, // two-phase, layered: k lies between 1 and this, at most 1e9
  level: 0, // two-phase: k = jump where φ > level · √variance, else 1
  layers: 8, // layered: as many strips across i, at most n + 1
  grid: 64, // n
  attempts: 10000, // transforms per row before giving up
}
export type Settings = typeof defaults

export type Law =
  | { medium: 'lognormal'; field: FieldLaw; contrast: Window; attempts: number }
  | { medium: 'two-phase'; field: FieldLaw; jump: number; level: number }
  | { medium: 'layered'; grid: number; jump: number; layers: number }

/** The law of params that make sense together; a sentence for those that do not. */
export function lawOf(params: Settings): Law {
  const { medium, grid, jump, level, layers, contrast, attempts } = params
  if (!isMedium(medium)) throw notFound('medium', medium, Object.keys(MEANINGFUL))
  checkMeaning(params, medium)
  demand('grid', grid, isGrid(grid), `a whole number from 3 to ${MOST_GRID}`)
  demand('jump', jump, jump > 1 && jump <= 1e9, 'a number above 1, at most 1e9')
  demand('level', level, Number.isFinite(level) && Math.abs(level) <= 4, 'a number from -4 to 4')
  const most = grid + 1
  demand(
    'layers',
    layers,
    medium !== 'layered' || isWhole(layers, 2, most),
    `a whole number from 2 to ${most}`,
  )
  if (medium === 'layered') return { medium, grid, jump, layers }
  const field = fieldOf(params)
  if (medium === 'two-phase') return { medium, field, jump, level }
  demand('attempts', attempts, isWhole(attempts, 1, 1 << 30), 'a whole number from 1 to 2^30')
  demand(
    'contrast',
    contrast,
    contrast === null || isWindow(contrast),
    'null or [low, high] with 0 < low < high',
  )
  return { medium, field, contrast, attempts }
}

/**
 * What keyOf() hashes. Params that came after the first datasets are in it only where they say something, so that old laws keep
 * their random numbers.
 */
export function canonicalLaw({ contrast }: Settings, law: Law): Params {
  const generator = 'condiff'
  if (law.medium === 'lognormal') return { generator, ...law.field, contrast }
  if (law.medium === 'layered') return { generator, ...law }
  const { variance: _, ...field } = law.field
  return { generator, medium: law.medium, ...field, jump: law.jump, level: law.level }
}

/** Params that say something of each medium, besides `medium`, `grid` and the limit `attempts`. */
const MEANINGFUL = {
  lognormal: ['covariance', 'variance', 'length', 'lengths', 'contrast'],
  'two-phase': ['covariance', 'length', 'lengths', 'jump', 'level'],
  layered: ['jump', 'layers'],
} as const
const ALWAYS = ['medium', 'grid', 'attempts']

const isMedium = (name: string): name is keyof typeof MEANINGFUL => Object.hasOwn(MEANINGFUL, name)

/** A param that would change nothing is a mistake of whoever gave it. */
function checkMeaning(params: Settings, medium: keyof typeof MEANINGFUL): void {
  const meaningful: readonly string[] = MEANINGFUL[medium]
  for (const name of Object.keys(defaults) as (keyof Settings)[]) {
    if (meaningful.includes(name) || ALWAYS.includes(name) || params[name] === defaults[name]) continue
    throw new UserError(
      `generator condiff: param '${name}' says nothing of a ${medium} coefficient (${meaningful.join(', ')} do). ` +
        'Leave it out',
    )
  }
  if (params.lengths !== null && params.length !== defaults.length) {
    throw new UserError(
      "generator condiff: params 'length' and 'lengths' are two ways to say one thing. Give one",
    )
  }
}

function fieldOf({ medium, covariance, variance, length, lengths, grid }: Settings): FieldLaw {
  if (!isCovariance(covariance)) throw notFound('covariance', covariance, Object.keys(covariances))
  demand('variance', variance, isPositive(variance), 'a number above 0')
  demand('length', length, isPositive(length), 'a number above 0')
  const isPair = Array.isArray(lengths) && lengths.length === 2 && lengths.every(isPositive)
  demand('lengths', lengths, lengths === null || isPair, 'null or [along i, along j], both above 0')
  // a level set is that of φ / √variance
  return { covariance, variance: medium === 'two-phase' ? 1 : variance, length: lengths ?? length, grid }
}

const isPositive = (value: unknown) => typeof value === 'number' && value > 0 && value < Infinity
const isWhole = (value: number, least: number, most: number) =>
  Number.isInteger(value) && value >= least && value <= most

function isWindow(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [low, high] = value
  return Number.isFinite(low) && Number.isFinite(high) && 0 < low && low < high
}

function notFound(param: string, value: string, names: readonly string[]): UserError {
  return new UserError(
    `generator condiff: ${param} '${value}' not found (${names.join(', ')}).${suggest(String(value), names)}`,
  )
}

function demand(param: string, value: unknown, holds: boolean, expected: string): void {
  if (holds) return
  throw new UserError(
    `generator condiff: param '${param}' must be ${expected} (got ${JSON.stringify(value)})`,
  )
}
