/**
 * Predictions of a model from elsewhere: an ONNX file whose inputs are those of the track, by name, shape and type
 * (operators: k [B, n+1, n+1] and rhs [B, n, n]; recommenders: history [B, L]), and whose outputs are what the track can
 * turn into predictions (operators: x [B, n, n]; recommenders: states [B, L, D] and catalog [N, D], or scores [B, N+1] with
 * the score of item i in column i). The batch side may be fixed or free. Fields may be float32 or float64, items int32 or
 * int64. What does not fit is one sentence; so is an output that is not finite.
 */
import { basename } from 'node:path'
import type { Columns, Dataset, Declared, Network, Opened, Params, Split, Track } from '../contracts.ts'
import { concat } from '../io/columns.ts'
import { UserError } from '../io/errors.ts'
import { type ForeignModel, openForeign, type Port } from '../tensor/foreign.ts'
import type { HostTensor } from '../tensor/types.ts'
import { loadTrack } from './track.ts'

export interface ForeignRequest {
  model: string // path of the ONNX file
  dataset: Dataset
  folder: string // of the dataset
  split: Split
  batch: number // where the model leaves it free
  threads: number
  params?: Params // of the track, beside its defaults
}

export interface Foretold {
  track: Track
  columns: Columns
  model: Pick<ForeignModel, 'opset' | 'inputs' | 'outputs'>
}

export async function predictForeign(
  request: ForeignRequest,
  { progress }: { progress?(rows: number, of: number): void } = {},
): Promise<Foretold> {
  const { dataset, folder, split } = request
  const subject = basename(request.model)
  const track = await loadTrack(dataset.track)
  const model = await theirs(subject, () => openForeign(request.model, request.threads))
  try {
    const params = { ...track.defaults, ...track.paramsFor?.(shapesByName(model.inputs)), ...request.params }
    const opened: Opened = await track.open(dataset, folder, params)
    const total = opened.rows(split)
    if (total === 0) throw new UserError(`${dataset.name}: the ${split} split has no rows to predict`)
    const size = batchOf(subject, model, request.batch)
    checkInputs(subject, model.inputs, opened.shapes(size).input)
    const wanted = wantedOutputs(subject, model.outputs, opened.outputs?.(size) ?? [])
    const found = (await opened.search?.()) ?? opened
    const network: Network = (input) => theirs(subject, () => model.run(input, Object.keys(wanted)))
    const parts: Columns[] = []
    let rows = 0
    for await (const batch of opened.batches(split, size)) {
      const output = await network(batch.input)
      const place = { key: track.key, ids: batch.ids, size }
      for (const [name, sides] of Object.entries(wanted))
        checkOutput(`${subject}: output '${name}'`, output[name]!, sides, place)
      parts.push(await found.predict(output, batch, network))
      progress?.((rows += batch.rows), total)
    }
    return {
      track,
      columns: concat(parts),
      model: { opset: model.opset, inputs: model.inputs, outputs: model.outputs },
    }
  } finally {
    await model.dispose()
  }
}

/** Whatever fails in a model from elsewhere is a mistake in it, in one sentence. */
async function theirs<T>(subject: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new UserError(`${subject}: ${(error as Error).message}`)
  }
}

/** The first side that all inputs share, where one of them fixes it. */
function batchOf(subject: string, { inputs }: ForeignModel, free: number): number {
  const fixed = [...new Set(inputs.map(({ shape }) => shape[0]).filter((side) => typeof side === 'number'))]
  if (fixed.length > 1)
    throw new UserError(`${subject}: its inputs have batches of ${fixed.join(' and ')}, expected one for all`)
  return fixed[0] ?? free
}

function checkInputs(
  subject: string,
  inputs: readonly Port[],
  expected: { readonly [name: string]: Declared },
): void {
  const names = Object.keys(expected)
  const given = inputs.map(({ name }) => name)
  const same = given.length === names.length && names.every((name) => given.includes(name))
  if (!same)
    throw new UserError(`${subject}: its inputs are ${list(given)}, expected ${list(names)} by these names`)
  for (const { name, dtype, shape } of inputs) {
    const { shape: sides, dtype: own } = expected[name]!
    const types = own === 'float32' ? ['float32', 'float64'] : ['int32', 'int64']
    if (!types.includes(dtype))
      throw new UserError(`${subject}: input '${name}' is of type ${dtype}, expected ${types.join(' or ')}`)
    if (!fits(shape, sides))
      throw new UserError(
        `${subject}: input '${name}' is ${shown(shape)}, expected ${shown(sides)} (the first side is the batch, or free)`,
      )
  }
}

type Sides = readonly (number | string)[]

/** The first set of outputs that the model has by name. Shapes are checked on what comes out: they need not be declared. */
function wantedOutputs(
  subject: string,
  outputs: readonly Port[],
  sets: readonly { readonly [name: string]: Sides }[],
): { readonly [name: string]: Sides } {
  const names = outputs.map(({ name }) => name)
  const found = sets.find((set) => Object.keys(set).every((name) => names.includes(name)))
  if (found !== undefined) return found
  const expected = sets.map((set) => list(Object.keys(set))).join(', or ')
  throw new UserError(`${subject}: its outputs are ${list(names)}, expected ${expected}`)
}

/** Padding repeats the last row, so it needs no care of its own. */
function checkOutput(
  subject: string,
  { shape, data }: HostTensor,
  sides: Sides,
  { key, ids, size }: { key: string; ids: Int32Array; size: number },
): void {
  if (
    !fits(
      sides.map((side) => (typeof side === 'number' ? side : null)),
      shape,
    )
  )
    throw new UserError(`${subject} came out as ${shown(shape)}, expected ${shown(sides)}`)
  const at = data.findIndex((value) => !Number.isFinite(value))
  if (at === -1) return
  const row = Math.min(Math.floor((at * shape[0]!) / data.length), ids.length - 1)
  const where = shape[0] === size ? ` for ${key} ${ids[row]}` : ''
  throw new UserError(`${subject} holds ${data[at]}${where}, expected finite numbers`)
}

/** Same number of sides, and each that is not null the same. */
function fits(shape: readonly (number | null)[], sides: readonly number[]): boolean {
  return shape.length === sides.length && shape.every((side, i) => side === null || side === sides[i])
}

function shapesByName(inputs: readonly Port[]): Record<string, readonly (number | null)[]> {
  return Object.fromEntries(inputs.map(({ name, shape }) => [name, shape]))
}

function shown(shape: readonly (number | string | null)[]): string {
  return `[${shape.map((side) => side ?? '?').join(', ')}]`
}

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(' and ')
}
