/** From what a row costs on one core to how long a set takes on a cluster: arithmetic that docs/scaling.md spells out. */
export interface Cluster {
  nodes: number
  cores: number // of a node; a task takes one
  latency: number // seconds a task waits for the scheduler and starts, its process included
  poll: number // seconds between two looks of the run at its arrays
}

export interface Work {
  rows: number
  cpu: number // seconds a row, of one stage
  perShard: number
}

export const LEAST = 60 // seconds that a task should last: shards are grouped until it does

/**
 * Seconds of one stage: the first shard runs alone and is timed, the others go in tasks of at least LEAST seconds,
 * as many at once as there are cores; the run sees the end at its next look, half an interval later on average.
 */
export function stageSeconds(
  { rows, cpu, perShard }: Work,
  { nodes, cores, latency, poll }: Cluster,
): number {
  const shards = Math.ceil(rows / perShard)
  const shard = cpu * Math.min(perShard, rows)
  const first = latency + shard + poll / 2
  if (shards === 1) return first
  const group = Math.max(1, Math.ceil(LEAST / shard))
  const tasks = Math.ceil((shards - 1) / group)
  const waves = Math.ceil(tasks / (nodes * cores))
  return first + waves * (latency + shard * Math.min(group, shards - 1)) + poll / 2
}

/** 75 s, 12 min, 3.4 h, 2.1 days. */
export function inWords(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  if (seconds < 172800) return `${(seconds / 3600).toFixed(1)} h`
  return `${(seconds / 86400).toFixed(1)} days`
}
