/**
 * The trained network of a run as <out>/<dataset>_<run>.onnx: weights inside, the batch free (tensor/free-batch.ts).
 * Before it is written it is run on the test rows, in a child process with limits, and compared with the predictions that
 * the run stored (benchmarks/reproduce.ts); one that differs is not written.
 */
import { readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import type { Reproduced } from '../../benchmarks/reproduce.ts'
import { readSubmission } from '../../benchmarks/submission.ts'
import { UserError } from '../../io/errors.ts'
import { exists, writeDurable } from '../../io/files.ts'
import { MANIFEST } from '../../io/manifest.ts'
import type { Exporter } from '../exported.ts'
import { runGuarded } from '../guard.ts'

const onnx: Exporter = {
  takes: 'run',
  about: 'the network of a run as an ONNX file, checked by running it again',

  async write(run, options) {
    if (options.asPublished)
      throw new UserError('--as-published: means the layout of a dataset in HDF5, and nothing for ONNX')
    const file = join(run, 'model.onnx')
    const { track, dataset } = await readSubmission(join(run, 'run.json'))
    if (!(await exists(file)))
      throw new UserError(
        `${run}: has no model.onnx. A fitted method has no network; a trained one keeps it there`,
      )
    const data = options.data ?? resolve(run, '../../../../datasets', track, dataset.name)
    if (!(await exists(join(data, MANIFEST))))
      throw new UserError(
        `${run}: its dataset ${dataset.name} is not at ${data}. Name its folder with --dataset`,
      )
    const { limits, env } = options
    const request = { run, data }
    const checked = await runGuarded<Reproduced>({ work: 'reproduce', request, subject: file, limits, env })
    if (!checked.isSame)
      throw new UserError(
        `${file}: does not give the predictions of the run (${checked.difference}). Nothing was written`,
      )
    const bytes = await readFile(file)
    const path = join(options.out, `${dataset.name}_${basename(resolve(run))}.onnx`)
    await writeDurable(path, bytes)
    return [
      `${path}  opset ${checked.opset}, ${(bytes.length / 1e6).toFixed(2)} MB, weights inside`,
      `in   ${checked.inputs.join(', ')}`,
      `out  ${checked.outputs.join(', ')}`,
      `run again on ${checked.rows} test rows: ${checked.difference}`,
    ]
  },
}

export default onnx
