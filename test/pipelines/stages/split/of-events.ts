/** A log written as one line of text, through the two stages that make a dataset of it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Params } from '../../../../contracts.ts'
import interactions from '../../../../pipelines/stages/interactions.ts'
import split from '../../../../pipelines/stages/split.ts'
import { testContext } from '../../../context.ts'

/** 'u3a' is user u at time 3 with item a. The dataset lies in `root`/dataset; its facts come back. */
export async function splitOf(root: string, events: string, params: Params) {
  const rows = events.split(' ').map(([user, time, item]) => `${user},${item},${time}\n`)
  const source = join(root, 'log.csv')
  await writeFile(source, rows.join(''))
  const stage = { id: 's', deps: ['log'], device: 'cpu' } as const
  const log = { ...stage, run: 'interactions', outs: ['log'], params: { source, size: null } }
  await interactions(log, testContext(root))
  return split({ ...stage, run: 'split', outs: ['dataset'], params }, testContext(root))
}
