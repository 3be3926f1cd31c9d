#!/usr/bin/env node
/**
 * fieldrank <verb> …  A verb is a file of this folder; it is imported when it is asked for, so that `--version` does
 * not pay for tensors. Exit codes: 0 done, 1 a bug (with its stack), 2 a mistake (one sentence), 130 stopped by a signal.
 */
import { Command, CommanderError, Option as Flag } from 'commander'
import { suggest, UserError } from '../io/errors.ts'
import { load, namesIn } from '../io/lookup.ts'
import { failureOf } from '../pipelines/failure.ts'
import { version } from './flags/version.ts'
import type { Option, Verb } from './verb.ts'

const EXAMPLES = [
  'fieldrank run --profile smoke        everything, small, on a CPU',
  'fieldrank status                     what would run, and why',
  'fieldrank list models                names, one sentence each, where they come from',
  'fieldrank run leaderboard@operators --axis model=./my-model.ts        a model of yours beside the others',
  'fieldrank help run                   the flags of a verb, with examples',
]

async function main(given: readonly string[]): Promise<number> {
  const argv = spelledOut(given)
  const program = new Command('fieldrank')
    .description('Makes scientific datasets and ranks methods on them.')
    .version(version(), '-v, --version')
    .showHelpAfterError(false)
    .helpCommand(false)
  let code = 0
  for (const name of await wanted(argv)) {
    const verb = await load<Verb>('verb', 'cli', name)
    add(program, name, verb, (result) => {
      code = result
    })
  }
  program.addHelpText('after', examples(EXAMPLES))
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => {} })
  }
  if (argv.length === 0) {
    process.stdout.write(program.helpInformation() + examples(EXAMPLES))
    return 0
  }
  await program.parseAsync([...argv], { from: 'user' })
  return code
}

/** `help` and `help run` as `--help` and `run --help`. */
function spelledOut(argv: readonly string[]): readonly string[] {
  if (argv[0] !== 'help') return argv
  return argv[1] === undefined ? ['--help'] : [...argv.slice(1), '--help']
}

function verbNames(): string[] {
  return namesIn('cli').filter((name) => name !== 'main' && name !== 'verb')
}

/** The verbs to import: the one asked for; all of them where the list is to be shown. */
async function wanted(argv: readonly string[]): Promise<string[]> {
  const verbs = verbNames()
  const first = argv[0]
  if (first === undefined || first.startsWith('-')) return isHelp(first) ? verbs : []
  if (verbs.includes(first)) return [first]
  throw new UserError(`unknown verb '${first}' (${verbs.join(', ')}).${suggest(first, verbs)}`)
}

function isHelp(first: string | undefined): boolean {
  return first === undefined || first === '-h' || first === '--help'
}

function add(program: Command, name: string, verb: Verb, done: (code: number) => void): void {
  const command = program.command(name).description(verb.about)
  if (verb.arguments) command.arguments(verb.arguments)
  for (const option of verb.options ?? []) command.addOption(flagOf(option))
  for (const note of verb.notes ?? []) command.addHelpText('after', `\n${note}`)
  if (verb.examples) command.addHelpText('after', examples(verb.examples))
  command.action(async (...given: unknown[]) => {
    const args = given
      .slice(0, -2)
      .flat()
      .filter((arg) => arg !== undefined) as string[]
    done((await verb.run(args, command.opts())) ?? 0)
  })
}

/** A list as fallback: the flag may be given again and again. (A variadic one would swallow the arguments after it.) */
function flagOf([flags, about, fallback]: Option): Flag {
  const flag = new Flag(flags, about)
  if (Array.isArray(fallback)) {
    return flag.argParser((value: string, all: readonly string[] = fallback) => [...all, value])
  }
  return fallback === undefined ? flag : flag.default(fallback)
}

function examples(lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}\n`).join('')}`
}

/** Says what went wrong, once, and gives the exit code. */
function explain(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0 // --help and --version end this way
    const sentence = error.message
      .replace(/^error: /, '')
      .replace(/\s*\n\s*/g, ' ')
      .replace(/\.$/, '')
    const verb = verbNames().find((name) => name === process.argv[2]) // its flags are on its own page
    process.stderr.write(`${sentence}. See fieldrank ${verb === undefined ? '' : `${verb} `}--help\n`)
    return 2
  }
  const { message, isUser, stack } = failureOf(error)
  const said = isUser ? message : (stack ?? message)
  process.stderr.write(`${said.replace(/(?!\n)\p{Cc}/gu, '·')}\n`) // words of strangers do not move the cursor
  return isUser ? 2 : 1
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0) // `| head` has seen enough
    throw error
  })
}
process.exitCode = await main(process.argv.slice(2)).catch(explain)
