/** Where new scores would stand on a published board: the leaderboard.json of reports/ or of a site, on a disk or behind https. */
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { type ByMeans, rankByMeans } from '../benchmarks/rank-by-means.ts'
import type { Score } from '../contracts.ts'
import { readUrl } from '../io/download.ts'
import { UserError } from '../io/errors.ts'
import { firstIssue, parseJson } from '../io/schema.ts'
import { nameOf } from '../reports/charts.ts'

export interface PlacedOnBoard extends ByMeans {
  of: number // methods, the new one among them
  metric: string
  profile: string
}

/** Of a board only what is used here; it may be newer than we are. */
const score = z.object({ value: z.number(), stderr: z.number().nullable(), rows: z.int().positive() })
const boardFormat = z.object({
  track: z.string(),
  profile: z.string(),
  standings: z.array(
    z.object({
      dataset: z.object({ name: z.string(), version: z.string() }),
      metrics: z.array(z.object({ name: z.string(), better: z.enum(['lower', 'higher']) })),
      lines: z.array(
        z.object({
          rank: z.number().nullable(),
          model: z.string(),
          loss: z.string(),
          scores: z.record(z.string(), score),
        }),
      ),
    }),
  ),
})

/** A board that has a table of the dataset, or a sentence why not. What it returns places scores on that table. */
export async function openBoard(
  source: string,
  { track, dataset }: { track: string; dataset: { name: string; version: string } },
): Promise<(scores: Scores) => PlacedOnBoard> {
  const board = await readBoard(source)
  const standing = board.standings.find(({ dataset: { name } }) => name === dataset.name)
  const has = board.standings.map(({ dataset: { name } }) => name).join(', ') || 'none'
  if (board.track !== track || standing === undefined)
    throw new UserError(`--board: no table of ${track} on ${dataset.name} (it has ${board.track}: ${has})`)
  const { version } = standing.dataset
  if (version !== dataset.version)
    throw new UserError(`--board: its ${dataset.name} is version ${version}, here is ${dataset.version}`)
  return (scores) => placed(standing, board.profile, scores)
}

type Scores = Readonly<Record<string, Pick<Score, 'value' | 'stderr' | 'rows'>>>
type Board = z.infer<typeof boardFormat>

/** By the metric that ranks on the board. Bounds, and methods without a score, have no rank and are left out. */
function placed({ metrics, lines }: Board['standings'][0], profile: string, scores: Scores): PlacedOnBoard {
  const [first] = metrics
  const own = first === undefined ? undefined : scores[first.name]
  if (first === undefined || own === undefined)
    throw new UserError(`--board: ranks by ${first?.name ?? 'nothing'}, which was not computed here`)
  const others = lines.flatMap(({ rank, scores: known, ...line }) => {
    const score = known[first.name]
    return rank === null || score === undefined ? [] : [{ name: nameOf(line), score }]
  })
  const by = rankByMeans(own, others, first.better)
  return { ...by, of: others.length + 1, metric: first.name, profile }
}

async function readBoard(source: string): Promise<Board> {
  const read = /^https?:\/\//.test(source) ? readUrl(source, { loopback: true }) : readFile(source)
  const bytes = await read.catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ENOENT' ? new UserError(`--board: no such file (${source})`) : error
  })
  const parsed = boardFormat.safeParse(parseJson(bytes.toString('utf8'), '--board'))
  if (!parsed.success) throw new UserError(`--board: ${firstIssue(parsed.error)}`)
  return parsed.data
}
