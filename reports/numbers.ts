/**
 * Numbers as tables show them. Full precision is in leaderboard.json; these are for reading.
 *
 * `value ± stderr` follows the rounding rule of the Particle Data Group (Review of Particle Physics, Introduction,
 * section 5.3): of the three leading digits of the standard error, 100–354 keep two digits, 355–949 keep one,
 * 950–999 are rounded up to 1000 and keep two. The value is cut at the same decimal.
 */

/** What stands where there is no number. */
export const NONE = '—'

/** In words, for the notes of a table. */
export const ROUNDING =
  'Both are rounded by the rule of the Particle Data Group: the error keeps two digits if its three leading digits are below 355, else one; the value ends at the same decimal'

/**
 * `0.0312 ± 0.0008`; far from 1, both get a common power of ten: `(3.12 ± 0.08)e-5`.
 * Without a standard error: three significant digits. Not finite: —.
 */
export function measured(value: number | null, stderr: number | null): string {
  if (value === null || !Number.isFinite(value)) return NONE
  if (stderr === null || !Number.isFinite(stderr)) return scaled(value, value, (x) => significant(x, 3))
  if (stderr === 0) return `${scaled(value, value, (x) => significant(x, 3))} ± 0`
  const size = Math.max(Math.abs(value), stderr)
  const power = powerOf(size)
  const shift = 10 ** -power
  const { error, decimals } = roundedError(stderr * shift)
  const both = `${fixed(value * shift, decimals)} ± ${fixed(error, decimals)}`
  return power === 0 ? both : `(${both})e${power}`
}

/** The power of ten in which a column is given: 0 unless its largest value is below 0.01 or at least 10⁶. */
export function commonPower(values: readonly (number | null)[]): number {
  const sizes = values
    .filter((value) => value !== null && Number.isFinite(value))
    .map((value) => Math.abs(value!))
  const largest = Math.max(0, ...sizes)
  return largest > 0 && (largest < 0.01 || largest >= 1e6) ? exponentOf(largest) : 0
}

/** A count in short: 812, 8.4 k, 120 k, 1.2 M. */
export function count(n: number | null): string {
  if (n === null || !Number.isFinite(n)) return NONE
  if (Math.round(n) < 1000) return String(Math.round(n))
  const units = ['k', 'M', 'G', 'T']
  let power = Math.min(units.length, Math.floor(exponentOf(n) / 3))
  if (power < units.length && Math.round(n / 1000 ** power) >= 1000) power++
  return `${short(n / 1000 ** power)} ${units[power - 1]}`
}

/** Time: 42 ms, 0.42 s, 5.2 s, 310 s. */
export function seconds(s: number | null): string {
  if (s === null || !Number.isFinite(s)) return NONE
  return s < 0.1 ? `${short(s * 1000)} ms` : `${short(s)} s`
}

/** Memory: 512 MiB, 1.2 GiB. */
export function bytes(n: number | null): string {
  if (n === null || !Number.isFinite(n)) return NONE
  const mebi = n / 2 ** 20
  return Math.round(mebi) < 1024 ? `${short(mebi)} MiB` : `${short(mebi / 1024)} GiB`
}

/** `x` with `digits` significant digits and no exponent. */
export function significant(x: number, digits: number): string {
  if (x === 0) return '0'
  return fixed(x, digits - 1 - exponentOf(Number(x.toPrecision(digits))))
}

/** Two significant digits below 10, whole numbers above. */
function short(x: number): string {
  return Math.round(x * 10) < 100 ? significant(x, 2) : String(Math.round(x))
}

/** Writes `value` by `write`, with a power of ten where `size` is far from 1. */
function scaled(value: number, size: number, write: (x: number) => string): string {
  const power = powerOf(size)
  return power === 0 ? write(value) : `${write(value * 10 ** -power)}e${power}`
}

/** 0 for sizes in [10⁻³, 10⁶), which are written in full; else the decimal exponent. */
function powerOf(size: number): number {
  const exponent = exponentOf(size)
  return exponent >= -3 && exponent < 6 ? 0 : exponent
}

/** The exponent in scientific notation; 0 for 0. Not by log10, which errs beside powers of ten. */
function exponentOf(x: number): number {
  return Number(x.toExponential().split('e')[1])
}

/** A standard error by the rule, and the decimals it leaves; negative ones cut before the point. */
function roundedError(stderr: number): { error: number; decimals: number } {
  const [mantissa, exponent] = stderr.toExponential(2).split('e').map(Number) as [number, number]
  if (mantissa < 3.55) return { error: stderr, decimals: 1 - exponent }
  return { error: mantissa < 9.5 ? stderr : 10 ** (exponent + 1), decimals: -exponent }
}

/** toFixed that also rounds to tens and hundreds, and knows no -0. */
function fixed(x: number, decimals: number): string {
  const step = 10 ** Math.max(0, -decimals)
  const text = (Math.round(x / step) * step).toFixed(0)
  const out = decimals > 0 ? x.toFixed(Math.min(decimals, 20)) : text
  return Number(out) === 0 ? out.replace('-', '') : out
}
