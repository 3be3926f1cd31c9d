/**
 * Asked of the written shards, not of what made them: can training see what is tested? Each check is a query that
 * counts offenders; one offender is a bug, and the dataset is not published.
 *
 * checkLeaks asks the whole: what is known when, and that nothing is lost. checkOrder asks the events of each user for their
 * order, and the rows for theirs; windows and lists are made in memory, so it is shown a shard at a time (shards.ts eachShard).
 */
import type { Duckdb } from '../../io/duckdb.ts'
import type { Cut, Strategy } from './split.ts'

/** Asks the shards (as viewShards shows them), the events (`sequence`) and the filtered `log`; throws at the first offence. */
export async function checkLeaks(
  db: Duckdb,
  strategy: Strategy,
  { from, to }: Pick<Cut, 'from' | 'to'>,
): Promise<void> {
  const checks = {
    ...always(),
    ...(strategy === 'leave-one-out' ? leaveOneOut : afterTraining(from!)),
    ...(strategy === 'temporal' && temporal(from!)),
    ...(strategy === 'rolling' && rolling(from!, to)),
  }
  await demand(db, strategy, checks)
}

/**
 * Asks `sequence` and the rows of one shard, or of all. A user's events and rows lie in shards of one number: else they differ.
 * Rows of valid are asked for their times alone: by checkLeaks they are those of test without the last event.
 */
export async function checkOrder(db: Duckdb, strategy: Strategy): Promise<void> {
  await demand(db, strategy, {
    'all events of a user say the same of the user': `
      SELECT "user" FROM sequence GROUP BY "user"
      HAVING min(size) <> count(*) OR max(size) <> count(*)
        OR min(trained) <> max(trained) OR min(held) <> max(held)`,
    'places count the events of a user from 1': `
      SELECT "user" FROM (SELECT "user", place, lag(place, 1, 0) OVER own AS before FROM sequence ${OWN})
      WHERE place <> before + 1`,
    'time rises with place, and between equal times the place in the source': `
      SELECT "user" FROM (
        SELECT "user", time, ordinal, lag(time) OVER own AS t, lag(ordinal) OVER own AS o FROM sequence ${OWN})
      WHERE time < t OR (time = t AND ordinal <= o)`,
    ...firstEvents('train', 'place <= trained'),
    ...firstEvents('test', 'held = 1'),
    ...Object.fromEntries(SPLITS.map(ofTarget)),
  })
}

const SPLITS = ['train', 'valid', 'test']
const OWN = 'WINDOW own AS (PARTITION BY "user" ORDER BY place)'

/** That the rows of a split are the events that `where` holds for, in the order of their places, none more and none less. */
function firstEvents(split: string, where: string): Record<string, string> {
  const rows = `SELECT "user", unnest(events) AS item, unnest(range(1, len(events) + 1)) AS place FROM ${split}_rows`
  return {
    [`${split} rows are the first events of their users`]: `
      SELECT "user" FROM (${rows}) AS written
      FULL JOIN (SELECT "user", item, place FROM sequence WHERE ${where}) AS own USING ("user", place)
      WHERE written.item IS DISTINCT FROM own.item`,
  }
}

function ofTarget(split: string): [claim: string, offenders: string] {
  return [
    `${split} rows have the time of their target`,
    `SELECT "user" FROM ${split}_rows AS written JOIN sequence USING ("user")
     WHERE place = len(events) AND written.time <> sequence.time`,
  ]
}

async function demand(
  db: Duckdb,
  strategy: Strategy,
  checks: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [claim, offenders] of Object.entries(checks)) {
    const found = await db.count(`SELECT count(*) FROM (${offenders})`)
    if (found > 0)
      throw new Error(`split ${strategy}: ${found} offenders against '${claim}'. Nothing was published`)
  }
}

function always(): Record<string, string> {
  const repeated = SPLITS.map(
    (split) => `SELECT "user" FROM ${split}_rows GROUP BY "user" HAVING count(*) > 1`,
  )
  const foreign = SPLITS.map(
    (split) =>
      `SELECT item FROM (SELECT unnest(events) AS item FROM ${split}_rows) WHERE item NOT IN (SELECT item FROM items)`,
  )
  return {
    'one row per user': repeated.join(' UNION ALL '),
    'every item is in the catalog': foreign.join(' UNION ALL '),
    'valid and test have the same users':
      'SELECT "user" FROM valid_rows FULL JOIN test_rows USING ("user") WHERE valid_rows.target IS NULL OR test_rows.target IS NULL',
    'what is known at test is what was known at valid and its target':
      'SELECT "user" FROM valid_rows JOIN test_rows USING ("user") WHERE test_rows.history <> valid_rows.events',
    'targets come in the order of time':
      'SELECT "user" FROM valid_rows JOIN test_rows USING ("user") WHERE test_rows.time < valid_rows.time',
  }
}

const leaveOneOut = {
  'training of a tested user is the history of its valid row':
    'SELECT "user" FROM valid_rows LEFT JOIN train_rows USING ("user") WHERE train_rows.events IS DISTINCT FROM valid_rows.history',
  'training does not come after the valid target':
    'SELECT "user" FROM valid_rows JOIN train_rows USING ("user") WHERE train_rows.time > valid_rows.time',
  'every event is in training or is one of two targets': `
    SELECT 1 WHERE (SELECT count(*) FROM log) <> (SELECT sum(len(events)) FROM train_rows) + 2 * (SELECT count(*) FROM test_rows)`,
}

/** What both splits by time promise; T is `moment`. */
function afterTraining(moment: string): Record<string, string> {
  return {
    'an event is trained on if and only if it lies before T': `
      SELECT "user" FROM sequence WHERE (place <= trained) <> (time < ${moment})`,
    'training lies before T': `SELECT "user" FROM train_rows WHERE time >= ${moment}`,
    'targets lie at or after T': `SELECT "user" FROM valid_rows WHERE time < ${moment}`,
    'every item of test was seen in training': `
      SELECT item FROM (SELECT DISTINCT unnest(events) AS item FROM test_rows)
      WHERE item NOT IN (SELECT DISTINCT unnest(events) FROM train_rows)`,
  }
}

function temporal(moment: string): Record<string, string> {
  const lasts = `SELECT "user", max(log.time) AS last FROM users JOIN log USING (u) GROUP BY "user"`
  const late = `SELECT u, count(*) AS n FROM log WHERE time >= ${moment} GROUP BY u`
  return {
    'no user is both trained on and tested': 'SELECT "user" FROM train_rows JOIN test_rows USING ("user")',
    'users trained on have no event at or after T': `
      SELECT "user" FROM train_rows JOIN (${lasts}) USING ("user") WHERE last >= ${moment}`,
    'nothing before T is known at test': `
      SELECT "user" FROM test_rows JOIN users USING ("user") LEFT JOIN (${late}) USING (u)
      WHERE len(events) > coalesce(n, 0)`,
  }
}

function rolling(moment: string, end: string | null): Record<string, string> {
  const early = `SELECT "user", count(*) AS n FROM users JOIN log USING (u) WHERE time < ${moment} GROUP BY "user"`
  return {
    'training is every event before T': `
      SELECT "user" FROM (${early}) FULL JOIN train_rows USING ("user") WHERE n IS DISTINCT FROM len(events)`,
    'what is known at test begins with what was trained on': `
      SELECT "user" FROM test_rows JOIN train_rows USING ("user")
      WHERE test_rows.events[:len(train_rows.events)] <> train_rows.events
        OR len(test_rows.events) < len(train_rows.events) + 2`,
    ...(end !== null && {
      'nothing comes after the window': `SELECT "user" FROM test_rows WHERE time >= ${end}`,
    }),
  }
}
