/** fieldrank check-submissions: what the CI of a submission repository runs. */
import { UserError } from '../io/errors.ts'
import { exists } from '../io/files.ts'
import { checkSubmissions } from '../pipelines/check-submissions.ts'
import { mergeBase } from '../pipelines/merge-base.ts'
import { metricsOf } from '../pipelines/metrics-of.ts'
import { datasetFlags, datasetFolder } from './flags/dataset.ts'
import { childEnvironment } from './flags/environment.ts'
import { limitsOf } from './flags/limits.ts'
import { defaultFile } from './flags/pipeline.ts'
import type { Verb } from './verb.ts'

const verb: Verb = {
  about: 'checks all entries of a submissions folder, and computes every score again',
  arguments: '[folder]',
  options: [
    [
      '--base <ref>',
      'compare with the merge base of HEAD and this branch: nothing removed, nothing changed without a word',
    ],
    ['--changed', 'compute again only what differs from the merge base'],
    ['--seconds <number>', 'the process that reads a file is ended after this time', '300'],
    ['--memory <MiB>', 'and when it holds more memory than this', '4096'],
    ...datasetFlags,
  ],
  notes: ['docs/submissions-workflow.yml is a ready workflow for GitHub.'],
  examples: [
    'fieldrank check-submissions',
    'fieldrank check-submissions submissions --base origin/main --changed',
  ],

  async run([folder = 'submissions'], options) {
    if (!(await exists(folder))) throw new UserError(`check-submissions: no such folder (${folder})`)
    const base = options.base === undefined ? null : await mergeBase(folder, String(options.base))
    const pipeline = defaultFile()
    const lines = await checkSubmissions({
      folder,
      base,
      changed: options.changed === true,
      now: new Date(),
      datasetFolder: (name) => datasetFolder(name, options),
      metricsOf: (track) => metricsOf(pipeline, track),
      limits: limitsOf(options),
      env: childEnvironment(),
    })
    for (const { path, problem, scores } of lines) {
      const line =
        problem === null ? `right    ${path}  ${scores} scores computed again` : `refused  ${problem}`
      process.stdout.write(`${line.replace(/\p{Cc}/gu, '·')}\n`) // one line each, whatever a stranger wrote
    }
    const refused = lines.filter(({ problem }) => problem !== null).length
    process.stdout.write(`${lines.length - refused} right, ${refused} refused\n`)
    return refused > 0 ? 1 : 0
  },
}

export default verb
