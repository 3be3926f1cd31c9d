/**
 * A toy project in a temporary folder: stage modules of a few lines and a pipeline over them, so that the engine is
 * tested without any science. Its outs are small texts whose bytes follow from params, seed and inputs alone.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import { UserError } from '../../io/errors.ts'
import { sha256 } from '../../io/files.ts'
import type { Events } from '../../pipelines/execute.ts'
import { inProcess } from '../../pipelines/executors/in-process.ts'
import type { Request } from '../../pipelines/plan.ts'
import { type Report, type RunOptions, run } from '../../pipelines/run.ts'

export interface Toy {
  folder: string
  file: string // its pipeline.yaml
  stages: string // the folder of stage modules
  data: string
  write(path: string, text: string): void
  remove(): void
}

const MODULES: Record<string, string> = {
  // `shards` files, one after another, each after `pause` ms, journaled
  rows: `
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
export default async function rows({ params, outs }, ctx) {
  const folder = ctx.out(outs[0])
  let made = 0
  for (let i = 0; i < params.shards; i++) {
    ctx.signal.throwIfAborted()
    const file = join(folder, 'rows-' + i + '.txt')
    if (ctx.journal.done('rows-' + i) === undefined || !existsSync(file)) {
      const temporary = file + '.' + process.pid + '.tmp'
      writeFileSync(temporary, 'half a row')
      await new Promise((resolve) => setTimeout(resolve, params.pause ?? 0))
      writeFileSync(temporary, ctx.rng('rows', i).integer(1000) + ' ' + params.value + '\\n')
      renameSync(temporary, file)
      await ctx.journal.record('rows-' + i, { line: i })
      made++
    }
    ctx.progress(i + 1, params.shards, 'shards')
  }
  writeFileSync(join(folder, 'cost.json'), JSON.stringify({ date: Date.now() }))
  return { shards: params.shards, made }
}
`,
  // the bytes of all files of all deps, counted
  sum: `
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
const filesIn = (path) => statSync(path).isFile() ? [path]
  : readdirSync(path).sort().filter((name) => name !== 'cost.json').flatMap((name) => filesIn(join(path, name)))
export default async function sum({ deps, outs, params }, ctx) {
  const texts = deps.map((dep) => filesIn(ctx.dep(dep)).map((file) => file.slice(ctx.dep(dep).length) + '\\n' + readFileSync(file, 'utf8')).join(''))
  const text = params.constant ? 'constant\\n' : texts.join('')
  writeFileSync(join(ctx.out(outs[0]), 'sum.txt'), text)
  ctx.log('summed ' + texts.length)
  return { bytes: text.length }
}
`,
  // `shards` files in any order, then one over all; a shard that is told to fail does so until the file named exists
  pieces: `
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
export const shards = async (stage) => stage.params.shards
export default async function pieces({ params, outs }, ctx) {
  const folder = ctx.out(outs[0])
  const all = Array.from({ length: params.shards }, (_, i) => i)
  for (const i of all.slice(...(ctx.part ?? []))) {
    const file = join(folder, 'piece-' + i + '.txt')
    if (ctx.journal.done('piece-' + i) !== undefined && existsSync(file)) continue
    if (i === params.fails && !existsSync(params.until)) {
      if (params.how === 'killed') process.kill(process.pid, 'SIGKILL')
      throw Object.assign(new Error('piece ' + i + ' is odd'), params.how === 'mistake' ? { name: 'UserError' } : {})
    }
    await new Promise((resolve) => setTimeout(resolve, params.pause ?? 0))
    writeFileSync(file + '.tmp', ctx.rng('pieces', i).integer(1000) + '\\n')
    renameSync(file + '.tmp', file)
    await ctx.journal.record('piece-' + i, { line: i })
  }
  if (ctx.part) return {}
  writeFileSync(join(folder, 'all.txt'), all.map((i) => readFileSync(join(folder, 'piece-' + i + '.txt'), 'utf8')).join(''))
  return { pieces: all.length }
}
`,
  // fails as asked
  fail: `
export default async function fail({ params }, ctx) {
  if (params.how === 'mistake') throw Object.assign(new Error('three rows are odd'), { name: 'UserError' })
  if (params.how === 'bug') throw new Error('a bug')
  if (params.how === 'nothing') return {}
  if (params.how === 'nan') return { loss: NaN }
  if (params.how === 'killed') process.kill(process.pid, 'SIGKILL')
  if (params.how === 'segfault') process.kill(process.pid, 'SIGSEGV')
  if (params.how === 'exit') { console.error('last words'); process.exit(7) }
  ctx.log('here')
  await new Promise((resolve) => setTimeout(resolve, 20))
  if (params.how === 'hang') await new Promise((resolve) => setTimeout(resolve, 60_000))
  if (params.how === 'spin') for (;;);
}
`,
  // tells which process it ran in
  pid: `
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
export default async function pid({ outs }, ctx) {
  writeFileSync(join(ctx.out(outs[0]), 'pid.txt'), String(process.pid))
  return { pid: process.pid, environment: Object.keys(process.env).sort().join(' ') }
}
`,
}
MODULES.fresh = `export const fresh = true\n${MODULES.pid}`

/** rows (two sets) → sum of each → one sum over all. */
export const TOY_PIPELINE = `schema: 1
seed: 7
stages:
  rows:
    matrix:
      value: \${values}
    run: rows
    params: { value: "\${item.value}", shards: "\${shards}", pause: "\${pause}" }
    outs: ["rows/\${item.value}"]
  sum:
    foreach: [rows]
    run: sum
    deps: ["\${each.out}"]
    outs: ["sums/\${each.name}"]
  total:
    run: sum
    deps: [sums]
    outs: [total]
profiles:
  toy:
    limits: { cpu: 2 }
    values: [1, 2]
    shards: 3
    pause: 0
`

export function toy(pipeline = TOY_PIPELINE): Toy {
  const folder = mkdtempSync(join(tmpdir(), 'fieldrank-toy-'))
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  write('pipeline.yaml', pipeline)
  for (const [name, text] of Object.entries(MODULES)) write(`stages/${name}.mjs`, text)
  return {
    folder,
    file: join(folder, 'pipeline.yaml'),
    stages: join(folder, 'stages'),
    data: join(folder, 'data'),
    write,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export function requestFor({ file, data, stages }: Toy, more: Partial<Request> = {}): Request {
  return { file, data, stages, profile: 'toy', ...more }
}

/** What was told of a run: 'made rows@1', 'failed sum@1: …'. */
export interface Told extends Report {
  lines: string[]
  logs: string[]
  reasons: Map<string, readonly string[]> // of the plan
}

/** Runs in this process, unless options bring a pool of children. */
export async function runToy(
  one: Toy,
  more: Partial<Request> = {},
  options: Partial<RunOptions> & { spawn?: boolean } = {},
): Promise<Told> {
  const lines: string[] = []
  const logs: string[] = []
  let reasons = new Map<string, readonly string[]>()
  const events: RunOptions['events'] = {
    ...listen(lines, logs),
    planned: (_, stale) => {
      reasons = new Map(stale)
    },
    recovered: (ids) => lines.push(`recovered ${ids.join(' ')}`),
    accepted: (ids) => lines.push(`accepted ${ids.join(' ')}`),
  }
  const { spawn, ...rest } = options
  const executor = spawn ? {} : { executor: inProcess(one.stages) }
  const signal = new AbortController().signal
  const report = await run(requestFor(one, more), { events, signal, ...executor, ...rest })
  return { ...report, lines, logs, reasons }
}

function listen(lines: string[], logs: string[]): Events {
  return {
    started: () => {},
    log: (_, line) => logs.push(line),
    progress: () => {},
    made: ({ id }) => lines.push(`made ${id}`),
    kept: ({ id }) => lines.push(`kept ${id}`),
    failed: ({ id }, { message }) => lines.push(`failed ${id}: ${message}`),
  }
}

/** Hash of everything made under a folder that is hashed at all: neither costs nor what the engine keeps for itself. */
export function treeHash(folder: string): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter(
      (file) =>
        !file.startsWith('.') && !/^(lock\.yaml|run\.lock)/.test(file) && basename(file) !== 'cost.json',
    )
  return sha256(
    files
      .sort()
      .map((file) => `${file} ${sha256(readFileSync(join(folder, file)))}\n`)
      .join(''),
  )
}

/** The sentence of the UserError that `act` throws; anything else fails the test. */
export function mistake(act: () => unknown): string {
  try {
    act()
  } catch (error) {
    if (error instanceof UserError) return error.message
    throw error
  }
  throw new Error('no mistake was found')
}

export async function mistakeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => Promise.reject(new Error('no mistake was found')),
    (error) => (error instanceof UserError ? error.message : Promise.reject(error)),
  )
}
