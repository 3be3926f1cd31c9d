/** What a generator of logs can tell beside its rows: the law they were drawn from. Its `rows` have `user`, `items`, `times`. */
import type { Generator, Params } from '../../contracts.ts'

export interface LogGenerator<P extends Params = Params> extends Generator<P> {
  law(params: P, seed: number): Law
}

/** Rows are independent of each other, given (params, seed). */
export interface Law {
  items: number // N
  /** Items 1…N of row `row` in order, as `rows` gives them. */
  sequence(row: number): Int32Array
  /** P(item at place n of the row = j | the items before it, the row's hidden state), into out[1…N]; out[0] = 0. */
  next(row: number, place: number, out: Float64Array): void
}
