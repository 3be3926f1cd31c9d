/** fieldrank run: makes what is missing or out of date, then shows the leaderboards. */
import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { suggest, UserError } from '../io/errors.ts'
import { writeManifests } from '../pipelines/cluster/kubernetes.ts'
import { clusterSettings } from '../pipelines/cluster/settings.ts'
import { slurmQueue } from '../pipelines/cluster/slurm-commands.ts'
import type { Outcome } from '../pipelines/execute.ts'
import { onSlurm } from '../pipelines/executors/slurm.ts'
import { foresee } from '../pipelines/foreseen.ts'
import { aim, openState, reasons, type Target } from '../pipelines/plan.ts'
import { type Report, type RunOptions, run } from '../pipelines/run.ts'
import { checkDevices } from './flags/device.ts'
import { childEnvironment } from './flags/environment.ts'
import { wholeNumber } from './flags/limits.ts'
import { pipelineFlags, requestOf } from './flags/pipeline.ts'
import { progress, seconds } from './terminal/progress.ts'
import { explainPlan, nothingToDo } from './terminal/reasons.ts'
import type { Verb } from './verb.ts'

const SHORT = { device: 'train.engine.device', asPublished: 'train.operators.budget.reading' }

const verb: Verb = {
  about: 'makes what is missing or out of date, and shows the leaderboards',
  arguments: '[stage-or-id...]',
  options: [
    ...pipelineFlags,
    ['-n, --dry', 'only say what would run, and why'],
    ['-j, --jobs <number>', 'how many stages at once, in place of limits.cpu of the profile'],
    ['-k, --keep-going', 'when a stage fails, go on with those that do not need it'],
    ['--force', 'run the stages asked for even if they are up to date'],
    ['--accept-code', 'take changed code as equal to the old, and run nothing because of it'],
    [
      '--executor <name>',
      'where stages run: local, slurm, or k8s (with --dry: it writes manifests)',
      'local',
    ],
    ['--device <name>', `short for --set ${SHORT.device}=<name>`],
    [
      '--as-published',
      `the transposed reading of ConDiff's notebooks: short for --set ${SHORT.asPublished}=as-published`,
    ],
  ],
  examples: [
    'fieldrank run --profile smoke',
    'fieldrank run --dry',
    'fieldrank run train-operators --axis model=fno,unet',
    'fieldrank run leaderboard@operators --axis model=./my-model.ts',
    'fieldrank run --set train.recommenders.seed=[0,1,2] --keep-going',
  ],

  async run(args, options) {
    const { dry, device, jobs } = options as { dry?: boolean; device?: string; jobs?: string }
    const set = [
      ...((options.set as string[] | undefined) ?? []),
      ...(device ? [`${SHORT.device}=${device}`] : []),
      ...(options.asPublished === true ? [`${SHORT.asPublished}=as-published`] : []),
    ]
    const request = { ...requestOf(args, { ...options, set }), force: options.force === true }
    const executor = executorOf(String(options.executor), dry === true)
    const limit = jobs === undefined ? {} : { jobs: wholeNumber('jobs', jobs) }
    const target = aim(request)
    await foresee(target)
    await checkDevices(target, executor !== 'local')
    if (executor === 'k8s') return manifests(target)
    if (dry) {
      process.stdout.write(explainPlan(target, await reasons(target, openState(target))))
      return 0
    }
    const start = performance.now()
    const events = progress(process.stdout, process.stderr)
    const stop = stopper()
    try {
      const report = await run(request, {
        events,
        signal: stop.signal,
        env: childEnvironment(),
        keepGoing: options.keepGoing === true,
        acceptCode: options.acceptCode === true,
        ...(executor === 'slurm' ? slurm() : {}),
        ...limit,
      })
      events.close()
      if (report.isStopped && executor === 'slurm')
        process.stderr.write('the arrays go on; the next run picks them up, `fieldrank cancel` ends them\n')
      return conclude(report, (performance.now() - start) / 1000)
    } finally {
      events.close()
      stop.forget()
    }
  },
}

export default verb

/** This program, as a node of a cluster is to call it. */
const COMMAND = [process.execPath, ...process.execArgv, process.argv[1]!]

/** A scheduler may be given all stages that can start: it has limits of its own. */
function slurm(): Partial<RunOptions> {
  return {
    jobs: 10_000,
    cluster: (local, { pipeline, root, stages }) =>
      onSlurm(local, slurmQueue(), clusterSettings(pipeline.slurm), { root, stages, command: COMMAND }),
  }
}

async function manifests(target: Target): Promise<number> {
  const state = openState(target)
  const written = await writeManifests(target, state, await reasons(target, state), COMMAND)
  for (const { stage, tasks, file } of written)
    process.stdout.write(`${stage}  ${tasks} ${tasks === 1 ? 'task' : 'tasks'}  ${file}\n`)
  if (written.length === 0) process.stdout.write('no stage could start on a cluster now\n')
  return 0
}

const EXECUTORS = ['local', 'slurm', 'k8s']

function executorOf(name: string, dry: boolean): string {
  if (!EXECUTORS.includes(name))
    throw new UserError(`--executor ${name}: not found (${EXECUTORS.join(', ')}).${suggest(name, EXECUTORS)}`)
  if (name === 'k8s' && !dry)
    throw new UserError('--executor k8s: give --dry: it writes the manifests, and kubectl applies them')
  return name
}

/** Ctrl-C once: stages end their shard and stop. Twice: at once. Either way the next run goes on from here. */
function stopper(): { signal: AbortSignal; forget(): void } {
  const abort = new AbortController()
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const onSignal = () => (abort.signal.aborted ? process.exit(130) : abort.abort(new Error('stopped')))
  for (const signal of signals) process.on(signal, onSignal)
  return {
    signal: abort.signal,
    forget() {
      for (const signal of signals) process.off(signal, onSignal)
    },
  }
}

/** The last words, and the exit code. */
function conclude({ target, outcomes, failures, isStopped }: Report, took: number): number {
  const count = (outcome: Outcome) => [...outcomes.values()].filter((one) => one === outcome).length
  if (isStopped) {
    process.stderr.write('stopped. What is finished is kept: the same command goes on from here\n')
    return 130
  }
  if (failures.length > 0) {
    process.stderr.write(`${count('failed')} failed, ${count('skipped')} not run, ${count('made')} made\n`)
    return failures.every(({ isUser }) => isUser) ? 2 : 1
  }
  const made = count('made')
  process.stdout.write(
    made === 0 ? nothingToDo(outcomes.size) : `made ${made}, kept ${count('kept')}, in ${seconds(took)}\n`,
  )
  showResults(target, made > 0)
  return 0
}

/** The leaderboards of this run, and where the files lie. */
function showResults({ root, graph }: Target, areNew: boolean): void {
  const shown = (path: string) => {
    const near = relative(process.cwd(), path)
    return near.startsWith('..') ? path : near
  }
  const lines: string[] = []
  for (const { run, outs } of graph.stages) {
    const file = run === 'leaderboard' ? 'leaderboard.md' : run === 'report' ? 'index.html' : null
    if (file === null) continue
    const path = join(root, outs[0]!, file)
    const text = read(path)
    if (text === null) continue
    if (run === 'leaderboard' && areNew) process.stdout.write(`\n${text.trim()}\n`)
    lines.push(`${run}  ${shown(path)}\n`)
  }
  process.stdout.write(`\n${lines.join('')}all files  ${shown(root)}\n`)
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return null
  }
}
