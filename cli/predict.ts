/** fieldrank predict: a model from elsewhere on a dataset of ours. */
import { basename, resolve } from 'node:path'
import { suggest, UserError } from '../io/errors.ts'
import { runGuarded } from '../pipelines/guard.ts'
import type { Predicted, PredictRequest } from '../pipelines/guarded/predict.ts'
import { datasetFlags, datasetFolder } from './flags/dataset.ts'
import { childEnvironment } from './flags/environment.ts'
import { limitFlags, limitsOf, wholeNumber } from './flags/limits.ts'
import type { Verb } from './verb.ts'

const SPLITS = ['train', 'valid', 'test'] as const

const verb: Verb = {
  about: 'runs an ONNX model of anyone on a dataset, and writes its predictions',
  arguments: '<model.onnx> <dataset>',
  options: [
    ['--split <name>', `one of ${SPLITS.join(', ')}`, 'test'],
    ['-o, --out <file.parquet>', 'where to write (default: <model>_<dataset>_<split>.parquet here)'],
    ['--batch <rows>', 'rows at a time, where the model leaves it free', '32'],
    ['--threads <number>', 'of ONNX Runtime', '1'],
    ...limitFlags,
    ...datasetFlags,
  ],
  notes: [
    'Inputs by name: k and rhs (operators), float32 or float64; history (recommenders), int32 or int64.\n' +
      'Outputs: x; or states and catalog, or scores [B, N+1] with the score of item i in column i.\n' +
      'The batch may be fixed or free.',
    'A foreign model runs only here, on the machine of the one who asks, in a process of its own that is\n' +
      'ended at its limits. That is no sandbox. No leaderboard runs a model: it reads predictions.',
  ],
  examples: [
    'fieldrank predict my-operator.onnx gaussian0.4_grid16',
    'fieldrank predict my-ranker.onnx data/small/datasets/recommenders/zipf_leave-one-out --out mine.parquet',
  ],

  async run([model, given], options) {
    const split = SPLITS.find((name) => name === options.split)
    if (split === undefined)
      throw new UserError(
        `--split: one of ${SPLITS.join(', ')} (got ${options.split}).${suggest(String(options.split), SPLITS)}`,
      )
    const data = await datasetFolder(given!, options)
    const name = basename(model!).replace(/\.onnx$/i, '')
    const out = String(options.out ?? `${name}_${basename(resolve(data))}_${split}.parquet`)
    const request: PredictRequest = {
      model: resolve(model!),
      data: resolve(data),
      split,
      batch: wholeNumber('batch', options.batch),
      threads: wholeNumber('threads', options.threads),
      out: resolve(out),
    }
    const predicted = await runGuarded<Predicted>({
      work: 'predict',
      request: { ...request },
      subject: basename(model!),
      limits: limitsOf(options),
      env: childEnvironment(),
      progress: shower(process.stderr),
    })
    const { dataset, track, rows, columns, opset } = predicted
    process.stdout.write(
      `${out}  ${rows} ${split} rows of ${dataset} (${track}), columns ${columns.join(', ')}; opset ${opset ?? 'unknown'}\n`,
    )
  },
}

export default verb

/** A line that is written over, on a terminal; nothing elsewhere. */
function shower(stream: NodeJS.WriteStream): (rows: number, of: number) => void {
  if (!stream.isTTY) return () => {}
  return (rows, of) => stream.write(rows < of ? `\r${rows}/${of} rows` : '\r\x1b[K')
}
