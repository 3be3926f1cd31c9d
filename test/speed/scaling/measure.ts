/** What a row costs, measured by running the stages themselves on this machine, one thread. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Params, Work } from '../../../contracts.ts'
import fields from '../../../pipelines/stages/fields.ts'
import interactions from '../../../pipelines/stages/interactions.ts'
import solve from '../../../pipelines/stages/solve.ts'
import split from '../../../pipelines/stages/split.ts'
import { testContext } from '../../context.ts'

export interface RowCost {
  rows: number // measured
  cpu: number // seconds a row
  bytes: number // left on disk, a row
}
export type FieldCost = { grid: number; fields: RowCost; solve: RowCost }
export type LogCost = { make: RowCost & { wall: number }; split: RowCost & { wall: number } }

/** Rows of cubic covariance, variance 1: made, then solved and written with their certificates. */
export async function costOfFields(grid: number, rows: number): Promise<FieldCost> {
  return inFolder(async (folder) => {
    const law = { generator: 'condiff', covariance: 'cubic', variance: 1, grid }
    const sizes = (count: number) => ({ train: count, valid: 0, test: 0, perShard: count })
    const run = async (name: string, count: number) => {
      const made = await timed(fields as Work, folder, [], `fields/${name}`, { ...law, rows: sizes(count) })
      const solver = { solver: 'multigrid', tolerance: 1e-10 }
      const solved = await timed(solve as Work, folder, [`fields/${name}`], `datasets/${name}`, solver)
      return { made, solved }
    }
    await run('warm', Math.min(rows, 4)) // kernels are compiled and threads started before anything counts
    const { made, solved } = await run('measured', rows)
    const perRow = ({ cpu, bytes }: Took): RowCost => ({ rows, cpu: cpu / rows, bytes: bytes / rows })
    return { grid, fields: perRow(made), solve: perRow(solved) }
  })
}

/** A made log of so many interactions and a tenth as many items; its leave-one-out split with duplicates dropped and a core of 5 and 5. */
export async function costOfLog(rows: number): Promise<LogCost> {
  return inFolder(async (folder) => {
    const size = { users: Math.round(rows / EVENTS_PER_USER), items: Math.round(rows / 10) }
    const log = 'interactions/zipf'
    const made = await timed(interactions as Work, folder, [], log, { source: 'zipf', size })
    const params = { strategy: 'leave-one-out', dedup: 'first', core: { items: 5, users: 5, iterate: true } }
    const cut = await timed(split as Work, folder, [log], 'datasets/zipf', params)
    const count = made.facts.interactions as number
    const perRow = ({ cpu, wall, bytes }: Took) => ({
      rows: count,
      cpu: cpu / count,
      wall: wall / count,
      bytes: bytes / count,
    })
    return { make: perRow(made), split: perRow(cut) }
  })
}

const EVENTS_PER_USER = 9.55 // mean of zipf

interface Took {
  cpu: number
  wall: number
  bytes: number
  facts: Params
}

async function timed(work: Work, folder: string, deps: string[], out: string, params: Params): Promise<Took> {
  const stage = { id: out, run: '', deps, outs: [out], params, device: 'cpu' } as const
  const [since, before] = [performance.now(), process.cpuUsage()]
  const facts = await work(stage, testContext(folder))
  const { user, system } = process.cpuUsage(before)
  const wall = (performance.now() - since) / 1000
  return { cpu: (user + system) / 1e6, wall, bytes: await bytesIn(join(folder, out)), facts }
}

async function bytesIn(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  const sizes = await Promise.all(files.map((file) => stat(join(file.parentPath, file.name))))
  return sizes.reduce((sum, { size }) => sum + size, 0)
}

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-scaling-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
