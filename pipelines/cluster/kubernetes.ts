/**
 * A Kubernetes Indexed Job (batch/v1) for every stage that could start now: JOB_COMPLETION_INDEX is the task of the plan beside
 * it. Written, not applied: `kubectl apply -f job.yaml`, wait for it, and `fieldrank run` puts its shards together.
 * The claim must hold both the code and the data, at the paths they have here.
 */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { Params, Stage } from '../../contracts.ts'
import { UserError } from '../../io/errors.ts'
import { writeDurable } from '../../io/files.ts'
import { pretty } from '../../io/json.ts'
import { withDefaults } from '../../io/params.ts'
import { placesOfDeps, type State } from '../inputs.ts'
import { keyOf } from '../lock.ts'
import { nowOf, type Reasons, type Target } from '../plan.ts'
import { shardsOf } from '../stage-file.ts'
import { jobsFolder, MANIFEST, type Plan } from './plan.ts'

const defaults = {
  image: 'node:22-bookworm',
  claim: 'fieldrank', // a PersistentVolumeClaim, ReadWriteMany
  mount: '/shared', // where it is mounted: code and data lie below it, here as there
  cpu: '1', // of a task
  memory: '4Gi',
  gpu: 'nvidia.com/gpu', // the resource that a stage with device: gpu asks one of
  parallelism: 100, // tasks at once
  retries: 2, // of a task
  runs: ['fields', 'solve', 'interactions', 'split', 'train', 'fit'],
}

export interface Manifest {
  stage: string
  tasks: number
  file: string
}

export async function writeManifests(
  target: Target,
  state: State,
  stale: Reasons,
  command: readonly string[],
): Promise<Manifest[]> {
  const settings = withDefaults('kubernetes', defaults, target.pipeline.kubernetes)
  const { graph, root, stages, asked } = target
  const written: Manifest[] = []
  for (const stage of graph.stages) {
    const waits = graph.needs.get(stage.id)!.some((id) => stale.has(id))
    if (!stale.has(stage.id) || waits || !settings.runs.includes(stage.run)) continue
    const now = await nowOf(stage, state)
    const deps = await placesOfDeps(stage, state, () => {})
    const count = await shardsOf(stages, stage, { dep: (path) => deps[path]! })
    const { id, run, params, device } = stage
    const plain = { id, run, deps: [...stage.deps], outs: [...stage.outs], params: { ...params }, device }
    const entry = { stage: plain, key: keyOf(stage, now), code: { ...now.code }, deps, workers: 1 }
    const plan: Plan = {
      schema: 1,
      root,
      stages,
      seed: state.seed,
      asked,
      entries: { [id]: entry as Plan['entries'][string] },
      tasks: Array.from({ length: count ?? 1 }, (_, i) => ({
        stage: id,
        shards: count === null ? null : [i, i + 1],
      })),
    }
    const name = `fieldrank-${run}-${randomBytes(5).toString('hex')}`
    const folder = join(jobsFolder(root), name)
    await writeDurable(join(folder, 'plan.json'), pretty(plan))
    const job = jobOf(
      name,
      stage,
      plan.tasks.length,
      [...command, 'run-shard', '--plan', join(folder, 'plan.json')],
      settings,
    )
    await writeDurable(join(folder, MANIFEST), stringify(job))
    written.push({ stage: id, tasks: plan.tasks.length, file: join(folder, MANIFEST) })
  }
  return written
}

/** As https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/job-v1/ has it. */
export function jobOf(
  name: string,
  { id, device }: Pick<Stage, 'id' | 'device'>,
  tasks: number,
  command: readonly string[],
  settings: typeof defaults = defaults,
): Params {
  for (const key of ['parallelism', 'retries'] as const)
    if (!Number.isSafeInteger(settings[key]) || settings[key] < (key === 'retries' ? 0 : 1))
      throw new UserError(`kubernetes: ${key} must be a whole number (got ${settings[key]})`)
  const { image, claim, mount, cpu, memory, gpu, parallelism, retries } = settings
  const words = command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const limits = { cpu, memory, ...(device === 'gpu' ? { [gpu]: '1' } : {}) }
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, annotations: { 'fieldrank/stage': id } },
    spec: {
      completionMode: 'Indexed',
      completions: tasks,
      parallelism: Math.min(tasks, parallelism),
      backoffLimitPerIndex: retries,
      template: {
        spec: {
          restartPolicy: 'Never',
          containers: [
            {
              name: 'shard',
              image,
              command: ['/bin/sh', '-c', `exec ${words} --task "$JOB_COMPLETION_INDEX"`],
              resources: { requests: { cpu, memory }, limits },
              volumeMounts: [{ name: 'shared', mountPath: mount }],
            },
          ],
          volumes: [{ name: 'shared', persistentVolumeClaim: { claimName: claim } }],
        },
      },
    },
  }
}
