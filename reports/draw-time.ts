/** The picture of a track whose methods have a set-up and solves: seconds to the certified accuracy over the number of solves. */
import type { Standing } from './board.ts'
import { COLORS, DASHES, draw } from './charts.ts'
import { type Drawing, drawing } from './draw.ts'
import { seconds } from './numbers.ts'
import { secondsFor, timedOf } from './time-to-accuracy.ts'

/** 1 to a million solves, four points a decade. */
const SOLVES = Array.from({ length: 25 }, (_, i) => 10 ** (i / 4))

/** Nothing where fewer than two methods have their times. */
export async function drawTime({ dataset, lines }: Standing): Promise<Drawing[]> {
  const timed = timedOf({ lines })
  if (timed.length < 2) return []
  const domain = timed.map(({ name }) => name)
  const values = timed.flatMap((one) =>
    SOLVES.map((m) => ({ name: one.name, m, seconds: secondsFor(one, m) })),
  )
  const series = {
    field: 'name',
    legend: { orient: 'right', title: null, symbolType: 'stroke', symbolSize: 300 },
  }
  const axis = (title: string) => ({
    type: 'quantitative',
    scale: { type: 'log' },
    axis: { tickCount: 6, format: '~g' },
    title,
  })
  const said = timed.map(
    (one) =>
      `${one.name} ${seconds(secondsFor(one, 1))} for one solve, ${seconds(secondsFor(one, 1000))} for 1000`,
  )
  const svg = await draw(
    {
      width: 420,
      height: 280,
      data: { values },
      mark: { type: 'line', strokeWidth: 1.5 },
      encoding: {
        x: { field: 'm', ...axis('solves of one matrix, m') },
        y: { field: 'seconds', ...axis('training + set-up + m solves, s') },
        color: { ...series, scale: { domain, range: COLORS } },
        strokeDash: { ...series, scale: { domain, range: DASHES } },
      },
    },
    `Time to certified accuracy: ${said.join('; ')}`,
  )
  const caption =
    'Seconds of training, one set-up and m solves, to the residual that the first metric asks for. Measured with every run; medians over the test rows.'
  return [drawing(dataset.name, 'Time to certified accuracy', caption, [['time', svg]])]
}
