/**
 * The library: what a program of yours needs to read what fieldrank publishes. A table of contents, no code.
 *
 *   import { readManifest, readSplit } from 'fieldrank'
 *   const dataset = await readManifest(folder)
 *   const { rows, data } = await readSplit(folder, dataset, 'test', ['k', 'rhs', 'x'])
 *
 * Values come as typed arrays, a fixed shape flattened row-major, and only after every byte of their file was checked
 * against the manifest. What is wrong with a file is a UserError, one sentence that names it.
 */

export type * from './contracts.ts' // every interface, among them those of a generator, solver, model or loss of yours
export { readArrow, writeArrow } from './io/arrow.ts'
export { concat, misfit, pick, slice, take } from './io/columns.ts'
export { UserError } from './io/errors.ts'
export { type Fetched, type FetchOptions, fetchDatasets } from './io/fetch.ts'
export { keepFreedMemory } from './io/freed-memory.ts'
export { checkDataset, readManifest, readSplit, readTable, shardName, writeManifest } from './io/manifest.ts'
export { describeParquet, readParquet, tableOf, writeParquet } from './io/parquet.ts'
export { readSafetensors, writeSafetensors } from './io/safetensors.ts'
export type { Dtype, HostTensor, Scalar, Tensor, Weights } from './tensor/types.ts'
