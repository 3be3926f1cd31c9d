/** fieldrank conformance: do metrics of anyone count what ours count? */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { kitCases, ownAnswers, type Verdict, verdicts, writeKit } from '../benchmarks/conformance/kit.ts'
import { UserError } from '../io/errors.ts'
import { parseJson } from '../io/schema.ts'
import { runForeign } from '../pipelines/foreign-command.ts'
import { childEnvironment } from './flags/environment.ts'
import { limitsOf } from './flags/limits.ts'
import type { Verb } from './verb.ts'

const verb: Verb = {
  about: 'asks metric code of anyone questions whose answers are known in closed form',
  options: [
    [
      '--command <command>',
      'called with the folder of the kit; prints {"<id>": value, …} (default: our own metrics answer)',
    ],
    ['--metric <name>', 'only the cases of this metric; may be given again', []],
    ['--tolerance <number>', 'how far from the answer, relative to it where it is above 1', '1e-9'],
    ['--write <folder>', 'only write the kit there'],
    ['--seconds <number>', 'the command is ended after this time', '120'],
    ['--memory <MiB>', 'and when it holds more memory than this', '4096'],
  ],
  notes: [
    'The kit is cases.json (id, track, metric, k, facts, files) and two Parquet files a case. Rows of truth and prediction\n' +
      'are to be joined by their key, row or user. docs/submit.md has an example in Python.',
  ],
  examples: [
    'fieldrank conformance',
    'fieldrank conformance --command "python my_metrics.py" --metric relative-l2',
  ],

  async run(_args, options) {
    const tolerance = Number(options.tolerance)
    if (!(tolerance >= 0))
      throw new UserError(`--tolerance: must be a number, 0 or more (got ${options.tolerance})`)
    const cases = chosen((options.metric ?? []) as readonly string[])
    if (options.write !== undefined) {
      await writeKit(resolve(String(options.write)), cases)
      process.stdout.write(`wrote ${cases.length} cases into ${options.write}\n`)
      return 0
    }
    const command = options.command === undefined ? null : String(options.command)
    const answers = command === null ? await ownAnswers(cases) : await ask(command, cases, options)
    const all = verdicts(cases, answers, tolerance)
    const wrong = all.filter(({ isRight }) => !isRight)
    process.stdout.write(`${all.map(lineOf).join('')}${all.length - wrong.length} of ${all.length} right\n`)
    return wrong.length > 0 ? 1 : 0
  },
}

export default verb

function chosen(metrics: readonly string[]) {
  const all = kitCases()
  const names = [...new Set(all.map(({ metric }) => metric.split('@')[0]!))]
  const unknown = metrics.find((name) => !names.includes(name))
  if (unknown !== undefined) throw new UserError(`--metric: no case of '${unknown}' (${names.join(', ')})`)
  return all.filter(({ metric }) => metrics.length === 0 || metrics.includes(metric.split('@')[0]!))
}

async function ask(
  command: string,
  cases: Parameters<typeof writeKit>[1],
  options: Record<string, unknown>,
): Promise<Map<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'fieldrank-kit-'))
  try {
    await writeKit(folder, cases)
    const text = await runForeign(command, folder, { limits: limitsOf(options), env: childEnvironment() })
    const said = parseJson(text, 'what --command prints')
    if (typeof said !== 'object' || said === null || Array.isArray(said))
      throw new UserError('--command: must print one JSON object {"<id>": value, …}')
    return new Map(Object.entries(said).filter(([, value]) => typeof value === 'number'))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function lineOf({ id, about, expected, got, isRight }: Verdict): string {
  const found = got === null ? 'no answer' : String(got)
  return isRight ? `right  ${id}  ${got}\n` : `WRONG  ${id}  ${found}, expected ${expected} = ${about}\n`
}
