/**
 * The host's side of kernels/logits.as.ts: products of states with a tile of a catalog,
 *
 *   scores[r, j] = Σ_d states[r, d] · catalog[j, d],   in f64 and in the order of d
 *
 * on the host, whatever device trained: ties and lists must not depend on it. Its memory is shared memory, which the garbage
 * collector does not count: keep what is opened and use it again.
 */
import { compileKernel, layOut, loadKernel, type Module } from './load.ts'

export interface LogitsPlan {
  rows: number // at most, in one call
  items: number // of a tile, at most
  width: number // D
}

export interface Logits {
  states: Float64Array // [rows, D], for the caller to write
  /** Lays down a tile, catalog [n, D] with n ≤ items. */
  load(catalog: Float32Array): void
  /** The scores [n] of row r ≤ count of the tile: a view, which the next call writes over. */
  multiply(count: number): (r: number) => Float64Array
}

export function openLogits(plan: LogitsPlan): Logits {
  const { width } = plan
  const [rows, items] = [upToFour(plan.rows), upToFour(plan.items)]
  const bytes = { states: 8 * rows * width, panels: 8 * items * width, scores: 8 * rows * items }
  const room = layOut(0, bytes).end
  const { memory, heap, call } = loadKernel(module(), room)
  const { at } = layOut(heap, bytes)
  const view = (name: keyof typeof bytes) => new Float64Array(memory.buffer, at[name], bytes[name] / 8)
  const [states, panels, scores] = [view('states'), view('panels'), view('scores')]
  let size = 0
  return {
    states,
    load(catalog) {
      size = catalog.length / width
      if (!(Number.isInteger(size) && size <= items)) {
        throw new Error(
          `logits: a tile of ${catalog.length} numbers is not ${items} rows of ${width} or fewer`,
        )
      }
      // four rows side by side; what stands in for those that a last panel lacks makes scores that nobody is given
      for (let j = 0, to = 0; j < size; j += 4) {
        const begin = (n: number) => Math.min(j + n, size - 1) * width
        const [a, b, c, d] = [begin(0), begin(1), begin(2), begin(3)]
        for (let i = 0; i < width; i++, to += 4) {
          panels[to] = catalog[a + i]!
          panels[to + 1] = catalog[b + i]!
          panels[to + 2] = catalog[c + i]!
          panels[to + 3] = catalog[d + i]!
        }
      }
    },
    multiply(count) {
      if (count > rows) throw new Error(`logits: ${count} rows, at most ${rows}`)
      const stride = upToFour(size)
      call('logits', at.states, at.panels, at.scores, upToFour(count), stride, width)
      return (r) => scores.subarray(r * stride, r * stride + size)
    },
  }
}

let compiled: Module | undefined
function module(): Module {
  compiled ??= compileKernel(new URL('./built/logits.wasm', import.meta.url))
  return compiled
}

function upToFour(count: number): number {
  return Math.ceil(count / 4) * 4
}
