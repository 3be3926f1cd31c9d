/**
 * Asked of the written shards, not of what made them: can training see what is tested? Each check is a query that
 * counts offenders; one offender is a bug, and the dataset is not published.
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
  for (const [claim, offenders] of Object.entries(checks)) {
    const found = await db.count(`SELECT count(*) FROM (${offenders})`)
    if (found > 0)
      throw new Error(`split ${strategy}: ${found} offenders against '${claim}'. Nothing was published`)
  }
}

function always(): Record<string, string> {
  const splits = ['train', 'valid', 'test']
  const repeated = splits.map(
    (split) => `SELECT "user" FROM ${split}_rows GROUP BY "user" HAVING count(*) > 1`,
  )
  const foreign = splits.map(
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
