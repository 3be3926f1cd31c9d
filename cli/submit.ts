/** fieldrank submit: predictions of anyone become an entry of a board. */
import { join, resolve } from 'node:path'
import { loadTrack } from '../benchmarks/track.ts'
import type { Metric } from '../contracts.ts'
import { UserError } from '../io/errors.ts'
import { load, namesIn } from '../io/lookup.ts'
import { readManifest } from '../io/manifest.ts'
import { parseJson } from '../io/schema.ts'
import { metricsOf } from '../pipelines/metrics-of.ts'
import { type Placed, placeAmong } from '../pipelines/place.ts'
import { openBoard, type PlacedOnBoard } from '../pipelines/place-on-board.ts'
import { submit } from '../pipelines/submit.ts'
import { measured, significant } from '../reports/numbers.ts'
import { visible } from '../reports/text.ts'
import { datasetFlags, datasetFolder } from './flags/dataset.ts'
import { childEnvironment } from './flags/environment.ts'
import { limitsOf } from './flags/limits.ts'
import { defaultFile } from './flags/pipeline.ts'
import { version } from './flags/version.ts'
import type { Verb } from './verb.ts'

const verb: Verb = {
  about: 'checks and scores predictions of anyone, and writes them as an entry of a board',
  arguments: '<predictions.parquet>',
  options: [
    ['--track <name>', 'operators, preconditioners or recommenders (default: that of the dataset)'],
    ['--dataset <name>', 'a name in the profile, or the folder of a dataset'],
    ['--model <name>', 'what the method is called'],
    ['--by <name>', 'who answers for it'],
    ['--loss <name>', 'what it was trained with', 'none'],
    ['--seed <number>', 'of the run', '0'],
    ['--parameters <number>', 'trainable numbers', '0'],
    ['--params <json>', 'settings of the method', '{}'],
    ['--about <sentence>', 'what the method is (default: its name)'],
    ['--cite <doi:… or arXiv:…>', 'where the method is from'],
    ['--code <url>', 'where its code is'],
    ['--url <url>', 'where the predictions can be fetched'],
    ['--by-url <url>', 'a page of who answers for it'],
    ['--name <name>', 'of the entry (default: <model>_<dataset>, with loss and seed where given)'],
    ['--replace <why>', 'puts this in the place of your own entry of that name, and keeps the reason'],
    ['--to <folder>', 'where entries lie', 'submissions'],
    ['--board <leaderboard.json>', 'a published board to be placed on: a file, or its address on a site'],
    ['--seconds <number>', 'the process that reads the file is ended after this time', '300'],
    ['--memory <MiB>', 'and when it holds more memory than this', '4096'],
    ...datasetFlags,
  ],
  notes: [
    'The file is opened in a process of its own, with limits, that can read nothing else. What is kept is our own\n' +
      'copy of its values.\n' +
      'docs/submit.md has the form, the rules by name, and examples in Python and TypeScript.',
  ],
  examples: [
    'fieldrank submit mine.parquet --dataset gaussian0.4_grid16 --model "My Operator" --by "A. Name"',
    'fieldrank submit mine.parquet --profile small --dataset cubic1.0_grid32 --model "My Operator" --by "A. Name" --board reports/published/operators/leaderboard.json',
    'fieldrank submit mine.parquet --dataset gaussian0.4_grid16 --model "My Operator" --by "A. Name" --replace "better step size"',
  ],

  async run([file], options) {
    const text = (name: string) => (options[name] === undefined ? undefined : String(options[name]))
    for (const name of ['dataset', 'model', 'by'])
      if (options[name] === undefined)
        throw new UserError(`submit: --${name} is missing. See fieldrank submit --help`)
    const data = await datasetFolder(text('dataset')!, options)
    const dataset = await readManifest(data)
    const track = text('track') ?? dataset.track
    const [model, loss, seed] = [text('model')!, text('loss')!, Number(options.seed)]
    const more = [loss === 'none' ? '' : loss, seed === 0 ? '' : String(seed)].filter((word) => word !== '')
    const statement = {
      name: text('name') ?? [model, dataset.name, ...more].map(slug).join('_'),
      track,
      dataset: { name: dataset.name, track: dataset.track },
      tracks: namesIn('benchmarks/tracks'),
      ...{ model, loss, seed, parameters: Number(options.parameters) },
      params: parseJson(text('params')!, '--params'),
      about: text('about') ?? model,
      by: { name: text('by')!, ...given('url', text('byUrl')) },
      ...given('cite', text('cite')),
      ...given('code', text('code')),
      ...given('url', text('url')),
    }
    const metrics = metricsOf(defaultFile(), dataset.track)
    const board = options.board === undefined ? null : await openBoard(text('board')!, { track, dataset })
    const submitted = await submit({
      file: resolve(file!),
      data: resolve(data),
      statement,
      metrics,
      to: text('to')!,
      now: new Date(),
      version: version(),
      ...given('replace', text('replace')),
      limits: limitsOf(options),
      env: childEnvironment(),
    })
    try {
      const root = join(text('data')!, text('profile')!)
      const { key } = await loadTrack(track)
      const { better } = await load<Metric>('metric', `metrics/${track}`, metrics[0]!.split('@')[0]!)
      const asked = { track, dataset: dataset.name, key, metric: metrics[0]!, better }
      const placed = await placeAmong(root, asked, submitted.rows)
      process.stdout.write(report(submitted.entry.scores, submitted.path, placed, metrics[0]!))
      if (board !== null) process.stdout.write(boardLines(board(submitted.entry.scores)))
    } finally {
      await submitted.done()
    }
  },
}

export default verb

function report(
  scores: { [metric: string]: { value: number; stderr: number | null; rows: number } },
  path: string,
  placed: Placed | null,
  metric: string,
): string {
  const lines = Object.entries(scores).map(
    ([name, { value, stderr }]) => `${name.padEnd(14)} ${measured(value, stderr)}`,
  )
  const [one] = Object.values(scores)
  lines.push(`scored on ${one!.rows} test rows`)
  if (placed !== null) lines.push(...placeLines(placed, metric))
  return `${lines.join('\n')}\nwrote ${path}\n`
}

function placeLines({ ranked, best, of, visible }: Placed, metric: string): string[] {
  const { rank, range, behind } = ranked
  const where = `rank ${rank} of ${of} in ${metric} among the finished runs here (ranks ${range[0]} to ${range[1]} are not excluded)`
  const gap =
    behind === null
      ? 'its mean is the best'
      : `behind ${best} by ${measured(behind.difference, behind.stderr)}, p = ${significant(behind.p, 2)} after Holm's correction`
  const least =
    visible === null ? [] : [`the smallest difference that these rows can see is ${significant(visible, 2)}`]
  return [where, gap, ...least]
}

/** A board knows means and their errors, and no rows to pair. */
function boardLines({ ranked, best, behind, of, metric, profile }: PlacedOnBoard): string {
  const { rank, range } = ranked
  const where = `rank ${rank} of ${of} in ${metric} on the board of profile ${visible(profile)}, by means and their errors alone (ranks ${range[0]} to ${range[1]} are not excluded)`
  const gap =
    behind === null
      ? 'its mean is the best'
      : `behind ${visible(best)} by ${significant(behind.difference, 3)}, p = ${significant(behind.p, 2)} after Holm's correction`
  return `${where}\n${gap}\n`
}

function slug(text: string): string {
  const letters = text.toLowerCase().replace(/[^a-z0-9._-]+/g, '-')
  return letters.replace(/\.{2,}/g, '.').replace(/^[-._]+|[-._]+$/g, '') || 'unnamed'
}

function given<K extends string>(key: K, value: string | undefined): { [key in K]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: string }
}
