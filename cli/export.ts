/** fieldrank export: datasets and trained models in the formats of others. */
import { join } from 'node:path'
import { UserError } from '../io/errors.ts'
import { exists } from '../io/files.ts'
import { load, namesIn } from '../io/lookup.ts'
import type { Exporter } from '../pipelines/exported.ts'
import { datasetFlags, datasetFolder } from './flags/dataset.ts'
import { childEnvironment } from './flags/environment.ts'
import { limitFlags, limitsOf } from './flags/limits.ts'
import type { Verb } from './verb.ts'

const FORMATS = 'pipelines/export'

const verb: Verb = {
  about: 'writes a dataset as HDF5 in the layout of ConDiff, or a trained model as ONNX',
  arguments: '<dataset-or-run>',
  options: [
    [
      '--format <name>',
      `one of ${namesIn(FORMATS).join(', ')}: hdf5 takes a dataset (folder or name), onnx the folder of a run`,
    ],
    ['-o, --out <folder>', 'where to write', 'export'],
    [
      '--as-published',
      'hdf5: not the files, but the images that the notebooks of ConDiff make of them: k cut to n × n, rhs and x transposed against it. For comparison with published numbers only',
    ],
    ['--dataset <folder-or-name>', 'onnx: the dataset of the run, where it does not lie in the same profile'],
    ...limitFlags,
    ...datasetFlags,
  ],
  notes: [
    'hdf5: <out>/<name>/<name>_train.h5, _valid.h5 (which ConDiff lacks), _test.h5: k [S, n+1, n+1], rhs and x\n' +
      '[S, n²] in the order p = i + n j. Reshaped row-major, as its code does, they are transposed against k.',
    'onnx: the file is written only when it gives the stored predictions of the run again (to 1e-6).',
  ],
  examples: [
    'fieldrank export gaussian0.4_grid16 --format hdf5',
    'fieldrank export gaussian0.4_grid16 --format hdf5 --as-published',
    'fieldrank export data/smoke/runs/operators/gaussian0.4_grid16/fno_relative-l2_0 --format onnx',
  ],

  async run([given], options) {
    const { format, out, dataset } = options as { format?: string; out: string; dataset?: string }
    if (format === undefined)
      throw new UserError(`export: name a format with --format (${namesIn(FORMATS).join(', ')})`)
    const exporter = await load<Exporter>('format', FORMATS, format)
    const source =
      exporter.takes === 'dataset' ? await datasetFolder(given!, options) : await runFolder(given!)
    const lines = await exporter.write(source, {
      out,
      asPublished: options.asPublished === true,
      ...(dataset !== undefined && { data: await datasetFolder(dataset, options) }),
      limits: limitsOf(options),
      env: childEnvironment(),
    })
    process.stdout.write(lines.map((line) => `${line}\n`).join(''))
  },
}

export default verb

async function runFolder(given: string): Promise<string> {
  if (await exists(join(given, 'run.json'))) return given
  throw new UserError(`export: ${given} is no folder of a run (no run.json)`)
}
