/**
 * The host's side of kernels/fields.as.ts: lays out the memory of a seat, writes what a law needs, and calls.
 * A row is made from its address alone, so nothing here depends on the number of workers or on who made the row before.
 */
import { layOut } from './load.ts'
import { openPool, type Pool, type Seat } from './pool.ts'
import { screeningOf } from './screening.ts'

export interface FieldPlan {
  period: number // M, of the form 2ᵃ 3ᵇ 5ᶜ
  keep: number // points a side of the field, n + 1
  amplitude: Float64Array // √(λ / M²) of the M × M frequencies
  roots: { re: Float64Array; im: Float64Array } // e^{−2πi j/M}
  key: { seed: number; set: number }
  range: readonly [low: number, high: number] // of max φ − min φ, bounds included
  limit: number // attempts per row
}

export interface FieldRow {
  k: Float32Array // [keep, keep]
  rhs: Float32Array // [keep − 1, keep − 1]
  attempts: number
}

/** Makes rows of one law on `workers` threads. */
export interface FieldMaker {
  /** Rows address … address + count − 1, count ≤ PLACES; null in place of one that had `limit` attempts in vain, and no more. */
  rows(address: number, count: number): Promise<(FieldRow | null)[]>
  /** The two fields of one attempt, row-major keep × keep, and the right-hand side of the row. */
  draw(address: number, attempt: number): Promise<{ fields: [Float64Array, Float64Array]; rhs: Float32Array }>
  /** max φ − min φ of both, in f32: within the margin of screening.ts. */
  screen(address: number, attempt: number): Promise<[number, number]>
  /** k of both fields of `count` attempts, for timing. */
  whole(address: number, count: number): Promise<unknown>
  close(): Promise<void>
}

export const PLACES = 16

/** Of a seat's memory. */
export function bytesOf(period: number, keep: number): number {
  return layOutPlan(0, { period, keep }).end
}

export function makeFields(plan: FieldPlan, workers: number, signal?: AbortSignal): FieldMaker {
  const bytes = layOutPlan(0, plan).end
  const pool: Pool = openPool(new URL('./built/fields.wasm', import.meta.url), {
    bytes,
    workers,
    prepare: (seat) => writePlan(seat, plan),
    ...(signal === undefined ? {} : { signal }),
  })
  const { at } = layOutPlan(pool.heap, plan)
  const budget = Math.max(1, Math.round(CELLS_PER_CALL / plan.period ** 2))
  const { keep } = plan
  const cells = keep * keep
  const nodes = (keep - 1) * (keep - 1)
  return {
    rows: (address, count) =>
      pool.use(async ({ memory: { buffer }, call }) => {
        const attempts = new Int32Array(buffer, at.attempts, PLACES + 1)
        let made = 0
        attempts[0] = 0
        while (made < count && attempts[made]! < plan.limit) {
          made += await call(
            'rows',
            at.plan,
            at.transform,
            at.transform32,
            address + made,
            count - made,
            made,
            attempts[made]!,
            budget,
          )
        }
        const rows = Array.from({ length: made }, (_, place) => ({
          k: new Float32Array(buffer, at.k + place * sizes(plan).k, cells).slice(),
          rhs: new Float32Array(buffer, at.rhs + place * sizes(plan).rhs, nodes).slice(),
          attempts: attempts[place]!,
        }))
        return made < count ? [...rows, null] : rows
      }),
    draw: (address, attempt) =>
      pool.use(async ({ memory: { buffer }, call }) => {
        await call('draw', at.plan, at.transform, address, attempt)
        await call('side', at.plan, at.transform, address, at.rhs)
        const field = (from: number) => window(new Float64Array(buffer, from, keep * rowOf(keep)), keep)
        const rhs = new Float32Array(buffer, at.rhs, nodes).slice()
        return { fields: [field(at.outIm), field(at.out)], rhs }
      }),
    screen: (address, attempt) =>
      pool.use(async ({ call }) => {
        await call('screen', at.plan, at.transform32, address, attempt)
        return [
          await call('screenedRange', at.transform32, 0),
          await call('screenedRange', at.transform32, 1),
        ]
      }),
    whole: (address, count) => pool.use(({ call }) => call('whole', at.plan, at.transform, address, count)),
    close: () => pool.close(),
  }
}

/** Points transformed in one call, which a signal cannot interrupt where there is no thread: some 0.1 s. */
const CELLS_PER_CALL = 4e6

/** Numbers in a row of the transformed arrays, which a vector of two divides. */
const rowOf = (keep: number) => keep + (keep % 2)
const eights = (count: number) => 8 * Math.ceil(count / 8)

/** Bytes of one place. The kernel writes right-hand sides sixteen numbers at a time. */
function sizes({ keep }: Pick<FieldPlan, 'keep'>) {
  return {
    k: 64 * Math.ceil((4 * keep * keep) / 64),
    rhs: 64 * Math.ceil((4 * (keep - 1) * (keep - 1)) / 64),
  }
}

function layOutPlan(heap: number, plan: Pick<FieldPlan, 'period' | 'keep'>) {
  const { period, keep } = plan
  const strip = 8 * 8 * (period + 1)
  const half = 8 * eights(period) * rowOf(keep)
  const out = 8 * eights(keep) * rowOf(keep)
  const { k, rhs } = sizes(plan)
  return layOut(heap, {
    plan: 256,
    transform: 64,
    transform32: 64,
    attempts: 4 * (PLACES + 1),
    roots: 8 * period,
    rootsIm: 8 * period,
    roots32: 4 * period,
    roots32Im: 4 * period,
    words: 128 * period,
    radii: 64 * period,
    work: strip,
    workIm: strip,
    other: strip,
    otherIm: strip,
    half,
    halfIm: half,
    out,
    outIm: out,
    k: PLACES * k,
    rhs: PLACES * rhs,
    amplitude: 8 * period * eights(period),
    amplitude32: 4 * period * eights(period),
    bands: eights(period),
  })
}

/** The tables, and the records of the kernel, field by field in its order. */
function writePlan({ memory: { buffer }, heap }: Seat, plan: FieldPlan): void {
  const { at } = layOutPlan(heap, plan)
  const { period, keep, amplitude, roots, key, limit } = plan
  const wide = eights(period)
  const padded = new Float64Array(buffer, at.amplitude, period * wide)
  for (let p = 0; p < period; p++) padded.set(amplitude.subarray(p * period, (p + 1) * period), p * wide)
  new Float32Array(buffer, at.amplitude32, period * wide).set(padded)
  const screening = screeningOf(period, amplitude, plan.range)
  if (screening !== null) new Int32Array(buffer, at.bands, screening.bands.length).set(screening.bands)

  const arrays = [
    at.work,
    at.other,
    at.workIm - at.work,
    at.half,
    at.halfIm - at.half,
    at.out,
    at.outIm - at.out,
  ]
  const transform = [period, keep, 8 * rowOf(keep), at.roots, at.rootsIm - at.roots, ...arrays]
  new Int32Array(buffer, at.transform, 12).set(transform)
  new Float64Array(buffer, at.roots, period).set(roots.re)
  new Float64Array(buffer, at.rootsIm, period).set(roots.im)
  const row32 = 16 * Math.ceil(keep / 4)
  const transform32 = [period, keep, row32, at.roots32, at.roots32Im - at.roots32, ...arrays]
  new Int32Array(buffer, at.transform32, 12).set(transform32)
  new Float32Array(buffer, at.roots32, period).set(roots.re)
  new Float32Array(buffer, at.roots32Im, period).set(roots.im)
  const { k, rhs } = sizes(plan)
  new Float64Array(buffer, at.plan, 3).set([...plan.range, screening?.margin ?? 0])
  const words = [key.seed, key.set, at.amplitude, at.amplitude32, at.bands, screening === null ? 0 : 1, wide]
  words.push(at.words, at.radii, at.k, k, at.rhs, rhs, at.attempts, limit)
  new Int32Array(buffer, at.plan + 24, words.length).set(words)
}

/** The first `keep` numbers of each row. */
function window(padded: Float64Array, keep: number): Float64Array {
  const row = rowOf(keep)
  const out = new Float64Array(keep * keep)
  for (let i = 0; i < keep; i++) out.set(padded.subarray(i * row, i * row + keep), i * keep)
  return out
}
