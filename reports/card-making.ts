/** The section of a card that no two runs have in common: how long its stages took, and where. */
import type { Block, Making } from './card.ts'
import { seconds } from './numbers.ts'

export function makingBlocks(making: Making | null): Block[] {
  if (making === null || making.stages.length === 0)
    return [{ kind: 'text', text: 'Not recorded: this dataset was not made by a run of the pipeline.' }]
  const total = making.stages.reduce((sum, stage) => sum + stage.seconds, 0)
  const rows = making.stages.map((stage) => [stage.id, seconds(stage.seconds), stage.on])
  return [
    { kind: 'text', text: `${seconds(total)} in all. ${MEASURED}` },
    { kind: 'table', head: ['stage', 'time', 'machine'], rows, numbers: [1] },
  ]
}

const MEASURED =
  'Wall-clock time of the stages on a machine that may have had other work; of a stage that was stopped and went on, the last part. Measured, so different in every run, and no part of card.json.'
