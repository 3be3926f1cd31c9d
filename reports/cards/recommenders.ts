/** What a card says of a log of interactions that was split for next-item recommendation. */
import type { Dataset, Json, Params } from '../../contracts.ts'
import { readSplit, readTable } from '../../io/manifest.ts'
import type { Block, Describer, Section } from '../card.ts'
import { grouped, shortNumber } from '../card-tables.ts'
import { histogramSvg } from '../histogram.ts'
import { leakageOf, splitOf } from './recommenders/split.ts'

const recommenders: Describer = {
  about: 'Cards of interaction logs and how they were split',

  async describe(dataset, folder) {
    const lengths = await lengthsOf(dataset, folder)
    const counts = await countsOf(dataset, folder)
    return {
      before: [
        { title: 'The log', blocks: logOf(dataset) },
        { title: 'Filter and split', blocks: splitOf(dataset) },
        { title: 'Leakage', blocks: leakageOf(dataset) },
      ],
      after: [
        await shapeOf(dataset, lengths, counts),
        {
          title: 'What is interesting and challenging about the data',
          blocks: [hardOf(dataset, lengths, counts)],
        },
        { title: 'How to read it', blocks: readingOf(dataset) },
      ],
    }
  },
}

export default recommenders

const MADE = 'A made log.'

/** Lengths of the histories of the test rows. */
async function lengthsOf(dataset: Dataset, folder: string): Promise<Float64Array> {
  const { data } = await readSplit(folder, dataset, 'test', ['history'])
  return Float64Array.from(data.history as readonly Int32Array[], (history) => history.length)
}

/** Training events of every item, the most popular first. */
async function countsOf(dataset: Dataset, folder: string): Promise<Int32Array> {
  const { data } = await readTable(folder, dataset, 'items.parquet', ['count'])
  return Int32Array.from(data.count as Int32Array)
    .sort()
    .reverse()
}

function logOf(dataset: Dataset): Block[] {
  const { facts, params } = dataset
  const origin = facts.made
    ? `A made log: the generator ${params.source} drew it from the params below. It is for correctness, memory and speed. The order of models and losses on it says nothing about real logs.`
    : `A real log, read from the file ${params.source}; its SHA-256 stands among the params below. Its license is that of the source.`
  const row = (name: string, of: Params) => [
    name,
    ...['users', 'items', 'interactions'].map((key) => number(of[key])),
  ]
  return [
    { kind: 'text', text: origin },
    {
      kind: 'table',
      head: ['', 'users', 'items', 'interactions'],
      rows: [
        row('in the source', facts.unfiltered as Params),
        row('after the filter', filteredOf(dataset)),
        row('in the dataset', heldOf(dataset)),
      ],
      numbers: [1, 2, 3],
    },
    {
      kind: 'text',
      text: facts.hasTime
        ? 'Every event has a time.'
        : 'The log has no times: the order of the file stands for it.',
    },
  ]
}

/** Older manifests do not have it; leave-one-out keeps all that passed, of a split by time they have the events alone. */
function filteredOf({ facts, params }: Dataset): Params {
  if (facts.filtered !== undefined) return facts.filtered as Params
  return params.strategy === 'leave-one-out' ? facts : { interactions: facts.interactions! }
}

function heldOf({ facts, tables }: Dataset): Params {
  const events = tables.filter(({ path }) => path.startsWith('events-'))
  const interactions = events.reduce((sum, { rows }) => sum + rows, 0)
  return { users: facts.users!, items: facts.items!, ...(events.length > 0 && { interactions }) }
}

async function shapeOf({ facts }: Dataset, lengths: Float64Array, counts: Int32Array): Promise<Section> {
  const blocks: Block[] = []
  const add = async (
    file: string,
    caption: string,
    values: ArrayLike<number>,
    axis: string,
    what: string,
  ) => {
    if (values.length === 0) return
    const svg = await histogramSvg(values, { axis, what, most: bars(values) })
    const said = facts.made ? `${caption} ${MADE}` : caption
    blocks.push({ kind: 'figure', caption: said, pictures: [{ file, alt: caption, svg }] })
  }
  await add(
    'lengths.svg',
    'Events known of a test user before the target.',
    lengths.filter((length) => length > 0),
    'length of the history',
    'test users',
  )
  await add(
    'popularity.svg',
    `Events of an item in training. ${concentration(counts)}`,
    counts.filter((count) => count > 0),
    'events of the item',
    'items',
  )
  return { title: 'Lengths and popularity', blocks }
}

/** Whole numbers: no more bars than there are numbers between the ends. */
function bars(values: ArrayLike<number>): number {
  const all = Array.from(values)
  const span =
    all.reduce((most, value) => Math.max(most, value), 0) -
    all.reduce((least, value) => Math.min(least, value), Infinity)
  return Math.max(1, Math.min(24, span))
}

function concentration(counts: Int32Array): string {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return ''
  const top = counts.subarray(0, Math.max(1, Math.ceil(counts.length / 10)))
  const share = (100 * top.reduce((sum, count) => sum + count, 0)) / total
  const unseen = counts.reduce((sum, count) => sum + (count === 0 ? 1 : 0), 0)
  return `The most popular tenth has ${shortNumber(share)} % of all events${unseen > 0 ? `; ${grouped(unseen)} ${unseen === 1 ? 'item has' : 'items have'} none in training` : ''}.`
}

function hardOf({ facts, params }: Dataset, lengths: Float64Array, counts: Int32Array): Block {
  const short = lengths.filter((length) => length < 10).length
  const items = [
    `The catalog has ${number(facts.items)} items and ${shortNumber(Number(facts.trainEvents) / Number(facts.items))} training events for each on average, unevenly. ${concentration(counts)} A popularity list is a baseline that must be beaten.`,
    ...(lengths.length > 0
      ? [
          `${shortNumber((100 * short) / lengths.length)} % of the test users have fewer than ten known events.`,
        ]
      : []),
    ...(params.strategy === 'rolling'
      ? [
          'Valid and test targets lie in one window, after all of training: a model is chosen and tested on the same days.',
        ]
      : params.strategy === 'temporal'
        ? ['Tested users are new: a method that keeps a vector for each user has nothing for them.']
        : [
            'Training holds events that are later than some test targets of other users: leave-one-out measures completion, not prediction of the future. Split by time for that.',
          ]),
    ...(facts.made ? ['It is made: see the first section for what it cannot say.'] : []),
  ]
  return { kind: 'list', items }
}

function readingOf({ facts }: Dataset): Block[] {
  return [
    { kind: 'text', text: 'Python (pandas with pyarrow):' },
    {
      kind: 'code',
      language: 'python',
      text: `import glob, pandas as pd

test = pd.concat(pd.read_parquet(path) for path in sorted(glob.glob("test-*.parquet")))
items = pd.read_parquet("items.parquet")   # item 1…${facts.items}, id in the source, events in training
history, target = test["history"].iloc[0], test["target"].iloc[0]`,
    },
    { kind: 'text', text: 'DuckDB:' },
    {
      kind: 'code',
      language: 'sql',
      text: `SELECT id, count(*) AS tested
FROM 'test-*.parquet' JOIN 'items.parquet' ON item = target
GROUP BY id ORDER BY tested DESC, id LIMIT 5`,
    },
    { kind: 'text', text: 'TypeScript; every byte is checked before a value is used:' },
    {
      kind: 'code',
      language: 'ts',
      text: `import { readManifest, readSplit } from 'fieldrank'

const dataset = await readManifest('.')
const { rows, data } = await readSplit('.', dataset, 'test', ['user', 'history', 'target'])`,
    },
  ]
}

function number(value: Json | undefined): string {
  return typeof value === 'number' ? grouped(value) : '—'
}
