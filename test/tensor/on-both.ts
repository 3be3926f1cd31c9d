import { rng } from '../../math/rng.ts'
import { compileOn } from '../../tensor/devices.ts'
import type { Tensor } from '../../tensor/types.ts'

/** All outputs of f on the same numbers, compiled and eager. */
export async function onBoth(
  inputs: Record<string, number[]>,
  f: (...xs: Tensor[]) => Tensor | Tensor[],
): Promise<[number[], number[]]> {
  const declared = Object.fromEntries(
    Object.entries(inputs).map(([name, shape]) => [name, { shape, dtype: 'float32' as const }]),
  )
  const program = {
    inputs: declared,
    run: (given: Record<string, Tensor>) =>
      Object.fromEntries([f(...Object.values(given))].flat().map((y, i) => [`y${i}`, y])),
  }
  const stream = rng(11, 'passes')
  const fed = Object.fromEntries(
    Object.entries(inputs).map(([name, shape]) => {
      const size = shape.reduce((product, side) => product * side, 1)
      return [name, { ...declared[name]!, data: Float32Array.from({ length: size }, () => stream.normal()) }]
    }),
  )
  const results: number[][] = []
  for (const device of ['cpu', 'eager'] as const) {
    const compiled = await compileOn(program, { device, threads: 1 })
    // Inputs that no output needs are left out of a graph, and may be fed all the same.
    results.push(Object.values(await compiled.run(fed)).flatMap(({ data }) => [...data]))
    await compiled.dispose()
  }
  return results as [number[], number[]]
}
