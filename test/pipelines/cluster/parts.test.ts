import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { jobScript } from '../../../pipelines/cluster/job-script.ts'
import { jobOf } from '../../../pipelines/cluster/kubernetes.ts'
import { nameOf, pieceOf, readPlan } from '../../../pipelines/cluster/plan.ts'
import { clusterSettings } from '../../../pipelines/cluster/settings.ts'
import { mistake, mistakeOf } from '../toy.ts'

const NOWHERE = '/nowhere/slurm.yaml'

describe('pipelines/cluster', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fieldrank-cluster-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('names shards as people count them', () => {
    assert.deepEqual(pieceOf('12-15'), [12, 16])
    assert.deepEqual(pieceOf('7'), [7, 8])
    for (const piece of [
      [0, 1],
      [12, 16],
    ] as const)
      assert.deepEqual(pieceOf(nameOf(piece)), [...piece])
    assert.equal(nameOf(null), 'whole')
    for (const text of ['', '5-3', '-1', 'a-b', '1-2-3', '1.5'])
      assert.match(
        mistake(() => pieceOf(text)),
        /^--shards: expected 12-15, or 12 \(got '/,
      )
  })

  it('refuses a plan that is none', async () => {
    assert.match(await mistakeOf(readPlan(join(folder, 'plan.json'))), /no such plan/)
    for (const [i, text] of ['', '[]', '{"schema":2}', '{"schema":1,"more":1}'].entries()) {
      const file = join(folder, `plan${i}.json`)
      writeFileSync(file, text)
      assert.match(await mistakeOf(readPlan(file)), /not a plan of this version \(\w.+\)$/)
    }
    assert.match(
      await mistakeOf(readPlan('package.json')),
      /^package\.json: not a plan .* \(schema: expected 1\)$/,
    )
    assert.match(await mistakeOf(readPlan('README.md')), /\(it is not JSON\)$/)
  })

  it('takes settings from the pipeline over those of the user', () => {
    const file = join(folder, 'slurm.yaml')
    writeFileSync(file, 'partition: long\naccount: lab\n')
    const { partition, account, retries } = clusterSettings({ partition: 'short' }, file)
    assert.deepEqual([partition, account, retries], ['short', 'lab', 2])
  })

  for (const [given, sentence] of [
    [{ partion: 'x' }, /slurm: unknown param 'partion' .* Did you mean 'partition'\?/],
    [{ retries: -1 }, /slurm: retries must be a whole number from 0 \(got -1\)/],
    [{ array: 0 }, /slurm: array must be a whole number from 1/],
    [{ poll: -1 }, /slurm: poll must be seconds from 0/],
    [{ account: 'lab; rm -rf /' }, /slurm: account must be one word/],
    [{ options: ['--qos=long\nrm -rf /'] }, /slurm: options must be lines like --qos=long/],
  ] as const)
    it(`refuses ${JSON.stringify(given)}`, () =>
      assert.match(
        mistake(() => clusterSettings(given, NOWHERE)),
        sentence,
      ))

  it('writes the script of an array', () => {
    const settings = clusterSettings(
      { partition: 'gpu', limit: 4, memory: '8G', options: ['--qos=long'] },
      NOWHERE,
    )
    const folder = "/data/it's here"
    const job = {
      name: 'fieldrank-train-1',
      folder,
      tasks: 16,
      device: 'gpu',
      workers: 3,
      command: ['/usr/bin/node', 'main.js'],
    }
    assert.deepEqual(jobScript({ ...job, device: 'gpu' }, settings).split('\n'), [
      '#!/bin/sh',
      '#SBATCH --job-name=fieldrank-train-1',
      '#SBATCH --array=0-15%4',
      '#SBATCH --cpus-per-task=3',
      `#SBATCH --output="/data/it's here/%a.log"`,
      '#SBATCH --open-mode=append',
      '#SBATCH --time=04:00:00',
      '#SBATCH --mem=8G',
      '#SBATCH --partition=gpu',
      '#SBATCH --gres=gpu:1',
      '#SBATCH --qos=long',
      "[ -r '/data/it'\\''s here/plan.json' ] || exit 99",
      '[ -x /usr/bin/node ] || exit 98',
      `exec /usr/bin/node main.js run-shard --plan '/data/it'\\''s here/plan.json' --task "$SLURM_ARRAY_TASK_ID"`,
      '',
    ])
  })

  it('writes an Indexed Job as batch/v1 has it', () => {
    const job = jobOf('fieldrank-solve-1', { id: 'solve@a', device: 'gpu' }, 12, ['node', "it's"])
    const { spec } = indexedJob.parse(job)
    const [container] = spec.template.spec.containers
    assert.equal(container!.command[2], `exec 'node' 'it'\\''s' --task "$JOB_COMPLETION_INDEX"`)
    assert.equal(container!.resources.limits['nvidia.com/gpu'], '1')
    assert.deepEqual([spec.completions, spec.parallelism], [12, 12])
    assert.equal(spec.template.spec.volumes[0]!.name, container!.volumeMounts[0]!.name)
  })
})

/**
 * What the API server demands of a Job with completionMode Indexed, from the reference of batch/v1 (v1.29 and later for
 * backoffLimitPerIndex): no other keys, names as RFC 1123 has them, quantities as texts.
 */
const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/)
const quantity = z.string().regex(/^\d+(\.\d+)?(m|Ki|Mi|Gi|Ti|k|M|G|T)?$/)
const indexedJob = z.strictObject({
  apiVersion: z.literal('batch/v1'),
  kind: z.literal('Job'),
  metadata: z.strictObject({
    name: label,
    annotations: z.record(z.string().regex(/^([a-z0-9.-]+\/)?[\w.-]+$/), z.string()),
  }),
  spec: z.strictObject({
    completionMode: z.literal('Indexed'),
    completions: z.int().min(1),
    parallelism: z.int().min(1),
    backoffLimitPerIndex: z.int().min(0),
    template: z.strictObject({
      spec: z.strictObject({
        restartPolicy: z.literal('Never'), // which backoffLimitPerIndex demands
        containers: z
          .array(
            z.strictObject({
              name: label,
              image: z.string().regex(/^[\w./-]+(:[\w.-]+)?$/),
              command: z.tuple([z.literal('/bin/sh'), z.literal('-c'), z.string()]),
              resources: z.strictObject({
                requests: z.record(z.string(), quantity),
                limits: z.record(z.string(), quantity),
              }),
              volumeMounts: z.array(z.strictObject({ name: label, mountPath: z.string().startsWith('/') })),
            }),
          )
          .length(1),
        volumes: z
          .array(z.strictObject({ name: label, persistentVolumeClaim: z.strictObject({ claimName: label }) }))
          .length(1),
      }),
    }),
  }),
})
