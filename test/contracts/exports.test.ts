import assert from 'node:assert/strict'
import { InferenceSession, type Tensor as OrtTensor } from 'onnxruntime-node'
import type { Model } from '../../contracts.ts'
import { compileForward, exportOnnx, type ForwardOf } from '../../tensor/engine.ts'
import type { HostTensor } from '../../tensor/index.ts'
import { toOrt } from '../../tensor/runtime.ts'
import { lossesOf, modelsOf, type Toy, toyParams, toys, tracks, weightsFor } from './toys.ts'

const SEED = 6
/** Rows of the toy, which has four, for batches that are larger, smaller, and one. */
const BATCHES = [[0, 1, 2, 3, 1, 0, 3], [2, 1, 0], [3]]

for (const track of tracks)
  describe(`exports of ${track}: any batch (seed ${SEED})`, () => {
    let toy: Toy
    before(() => {
      toy = toys[track]!()
    })
    it('every model gives each row what it is given in its own batch, to 1e-6', async () => {
      const [, loss] = (await lossesOf(track)).find(([, { channels }]) => channels === undefined)!
      for (const [name, model] of await modelsOf(track)) {
        const weights = weightsFor(model, loss, toy.facts, SEED)
        await checkBatches(name, { weights, feeds: inputsOf(toy), forward: forwardOf(model, toy) })
      }
    })
  })

async function checkBatches(name: string, spec: Parameters<typeof exportOnnx>[0] & { feeds: Feeds }) {
  const compiled = await compileForward(spec, { device: 'cpu', threads: 1 })
  const outputs = await compiled.run(spec.feeds)
  await compiled.dispose()
  const session = await InferenceSession.create(exportOnnx(spec), { logSeverityLevel: 3 })
  const run = async (rows: readonly number[]) => {
    const fed = Object.entries(spec.feeds).map(([key, tensor]) => [key, toOrt(pick(tensor, rows))])
    return session.run(Object.fromEntries(fed))
  }
  const own = await run([0, 1, 2, 3])
  for (const [key, output] of Object.entries(outputs)) {
    const known = { ...output, data: own[key]!.data } as HostTensor
    assertSame(`${name} ${key}, compiled and exported`, own[key]!, output, 1e-5) // other kernels for the same sums
    for (const rows of BATCHES) {
      const found = (await run(rows))[key]!
      // What has no row of its own, like the catalog of a recommender, comes out as it is.
      const wanted = output.shape[0] === 4 ? pick(known, rows) : known
      assertSame(`${name} ${key}, ${rows.length} rows`, found, wanted, 1e-6)
    }
  }
  await session.release()
}

type Feeds = Record<string, HostTensor>

function inputsOf({ feeds: { target: _, ...input } }: Toy): Feeds {
  return input
}

function forwardOf(model: Model, { facts }: Toy): ForwardOf {
  return (init, input) => ({ ...model.build(toyParams(model.defaults), facts, init)(input, null) })
}

function pick({ shape, dtype, data }: HostTensor, rows: readonly number[]): HostTensor {
  const width = data.length / shape[0]!
  const values = rows.flatMap((row) => [...data.subarray(row * width, (row + 1) * width)])
  const own = dtype === 'float32' ? Float32Array.from(values) : Int32Array.from(values)
  return { shape: shape.with(0, rows.length), dtype, data: own } as HostTensor
}

function assertSame(what: string, found: OrtTensor, { shape, data }: HostTensor, tolerance: number): void {
  assert.deepEqual([...found.dims], [...shape], what)
  const gaps = data.map((x: number, i: number) => x - (found.data as Float32Array)[i]!)
  const [gap, size] = [Math.hypot(...gaps), Math.hypot(...data)]
  assert.ok(gap <= tolerance * size, `${what}: ${gap} of ${size}`)
}
