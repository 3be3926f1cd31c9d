import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { checkLeaks, checkOrder } from '../../../generators/interactions/leaks.ts'
import { viewShards, writeEventShards, writeShards } from '../../../generators/interactions/shards.ts'
import { type Cut, type Law, loadLog, splitLog } from '../../../generators/interactions/split.ts'
import { type Duckdb, openDuckdb } from '../../../io/duckdb.ts'
import { testContext } from '../../context.ts'
import { clear, type Event, writeEvents } from './oracle.ts'

/** Each check must fail for the damage that it is there for; a check that cannot fail says nothing. */
describe('generators/interactions/leaks', () => {
  let folder: string
  let db: Duckdb
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'leaks-'))
    db = await openDuckdb(join(folder, 'db'))
  })
  after(async () => {
    await db.close()
    await rm(folder, { recursive: true })
  })

  // users a … f, five events each, item 1 … 5 in turn; a to d at times 0 … 8, e and f at 20 … 28
  const events = [...'abcdef'].flatMap((user, n) =>
    [0, 2, 4, 6, 8].map(
      (t, k): Event => ({
        user,
        item: `i${(n + k) % 5}`,
        time: BigInt(n < 4 ? t : t + 20),
        ordinal: 5 * n + k,
      }),
    ),
  )
  const prepare = async (law: Law) => {
    await clear(db)
    await writeEvents(db, join(folder, 'events.parquet'), events)
    await loadLog(db, [join(folder, 'events.parquet')])
    const cut = await splitLog(db, law)
    const ctx = testContext(folder)
    const tables = await writeEventShards(db, folder, law.strategy, ctx)
    await viewShards(db, folder, await writeShards(db, folder, tables, ctx))
    await checkLeaks(db, law.strategy, cut)
    await checkOrder(db, law.strategy)
    return cut
  }
  /** What the check says when a view shows `select` in place of the shards. */
  const damaged = async (
    strategy: Law['strategy'],
    cut: Cut,
    split: string,
    select: string,
    claim: RegExp,
  ) => {
    await db.run(`ALTER VIEW ${split}_rows RENAME TO whole`)
    await db.run(
      `CREATE VIEW ${split}_rows AS SELECT *, list_append(history, target) AS events FROM (${select})`,
    )
    await assert.rejects(checkLeaks(db, strategy, cut), claim, select)
    await db.run(`DROP VIEW ${split}_rows; ALTER VIEW whole RENAME TO ${split}_rows`)
  }
  /** What the check says when the events show other times: a row has the time of its last event alone. */
  const moved = async (strategy: Law['strategy'], cut: Cut, where: string) => {
    await db.run('ALTER VIEW sequence RENAME TO whole')
    const time = `CASE WHEN ${where} THEN time - 25 ELSE time END AS time`
    await db.run(`CREATE VIEW sequence AS SELECT * REPLACE (${time}) FROM whole`)
    const claim = /1 offenders against 'an event is trained on if and only if it lies before T'/
    await assert.rejects(checkLeaks(db, strategy, cut), claim)
    await db.run('DROP VIEW sequence; ALTER VIEW whole RENAME TO sequence')
  }
  /** What the order check says when the events show `select` in place of what was written. */
  const disordered = async (select: string, claim: RegExp) => {
    await db.run(`ALTER VIEW sequence RENAME TO whole; CREATE VIEW sequence AS ${select}`)
    await assert.rejects(checkOrder(db, 'leave-one-out'), claim, select)
    await db.run('DROP VIEW sequence; ALTER VIEW whole RENAME TO sequence')
  }
  const COLUMNS = '"user", history, target, time'

  it('finds damage in leave-one-out', async () => {
    const cut = await prepare({ strategy: 'leave-one-out' })
    const cases: [split: string, select: string, claim: RegExp][] = [
      [
        'train',
        `SELECT ${COLUMNS} FROM whole UNION ALL SELECT ${COLUMNS} FROM whole WHERE "user" = 1`,
        /1 offenders against 'one row per user'/,
      ],
      [
        'train',
        `SELECT "user", history, 6 AS target, time FROM whole`,
        /6 offenders against 'every item is in the catalog'/,
      ],
      [
        'valid',
        `SELECT ${COLUMNS} FROM whole WHERE "user" <> 2`,
        /1 offenders against 'valid and test have the same users'/,
      ],
      ['test', `SELECT "user", history[:-2] AS history, target, time FROM whole`, /what was known at valid/],
      [
        'test',
        `SELECT "user", history, target, time - 9 AS time FROM whole`,
        /6 offenders against 'targets come in the order of time'/,
      ],
      // the leak that matters: training sees the valid target
      [
        'train',
        `SELECT whole."user", whole.events AS history, valid_rows.target, valid_rows.time FROM whole JOIN valid_rows USING ("user")`,
        /training of a tested user is the history/,
      ],
      ['train', `SELECT ${COLUMNS} FROM whole WHERE "user" > 1`, /training of a tested user/],
      [
        'train',
        `SELECT "user", history, target, time + 3 AS time FROM whole`,
        /6 offenders against 'training does not come after/,
      ],
    ]
    for (const [split, select, claim] of cases) await damaged('leave-one-out', cut, split, select, claim)
    await db.run('INSERT INTO log SELECT u, i, time, ordinal + 100 FROM log LIMIT 1')
    await assert.rejects(
      checkLeaks(db, 'leave-one-out', cut),
      /every event is in training or is one of two targets/,
    )
  })

  it('finds events that are not in the order of (time, ordinal)', async () => {
    await prepare({ strategy: 'leave-one-out' })
    const events = (columns: string) => `SELECT * REPLACE (${columns}) FROM whole`
    const places = /\d offenders against 'places count the events of a user from 1'/
    const same = /1 offenders against 'all events of a user say the same of the user'/
    const order =
      /1 offenders against 'time rises with place, and between equal times the place in the source'/
    const at = '"user" = 2 AND place'
    const cases: [select: string, claim: RegExp][] = [
      [events(`CASE WHEN ${at} = 5 THEN 6 ELSE place END AS place`), places],
      [events(`CASE WHEN ${at} = 1 THEN 0 ELSE place END AS place`), places],
      [events(`CASE WHEN ${at} = 2 THEN 3 ELSE place END AS place`), places],
      [`SELECT * FROM whole WHERE NOT (${at} = 5)`, same],
      [events(`CASE WHEN ${at} = 4 THEN 2 ELSE trained END AS trained`), same],
      [events(`CASE WHEN ${at} = 4 THEN 0 ELSE held END AS held`), same],
      // an event that is not later than the one before; of equal time, one that stands before it in the source, or at its place
      [events(`CASE WHEN ${at} = 1 THEN 3 ELSE time END AS time`), order],
      [
        events(
          `CASE WHEN ${at} = 2 THEN 0 ELSE time END AS time, CASE WHEN ${at} = 2 THEN 4 ELSE ordinal END AS ordinal`,
        ),
        order,
      ],
      [
        events(
          `CASE WHEN ${at} = 2 THEN 0 ELSE time END AS time, CASE WHEN ${at} = 2 THEN 5 ELSE ordinal END AS ordinal`,
        ),
        order,
      ],
      [
        events(`CASE WHEN ${at} = 5 THEN 9 ELSE time END AS time`),
        /1 offenders against 'test rows have the time of their target'/,
      ],
      [
        events(`CASE WHEN ${at} = 3 THEN 9 - item ELSE item END AS item`),
        /1 offenders against 'train rows are the first events/,
      ],
    ]
    for (const [select, claim] of cases) await disordered(select, claim)
  })

  it('finds rows that are not the first events of their users', async () => {
    await prepare({ strategy: 'leave-one-out' })
    const rows: [split: string, select: string, claim: string][] = []
    for (const split of ['train', 'valid', 'test']) {
      const first = `${split} rows are the first events of their users`
      rows.push([
        split,
        `SELECT "user", history, target, time + 1 AS time FROM whole`,
        `${split} rows have the time of their target`,
      ])
      if (split === 'valid') continue // its items are held against those of test, by checkLeaks
      rows.push(
        [split, `SELECT ${COLUMNS} FROM whole WHERE "user" <> 2`, first],
        [split, `SELECT ${COLUMNS} FROM whole UNION ALL SELECT 7, [1], 2, 3`, first],
        [split, `SELECT "user", list_reverse(history) AS history, target, time FROM whole`, first],
        [split, `SELECT "user", history[2:] AS history, target, time FROM whole`, first],
        [split, `SELECT "user", list_append(history, target) AS history, target, time FROM whole`, first],
      )
    }
    for (const [split, select, claim] of rows) {
      await db.run(`ALTER VIEW ${split}_rows RENAME TO whole`)
      await db.run(
        `CREATE VIEW ${split}_rows AS SELECT *, list_append(history, target) AS events FROM (${select})`,
      )
      await assert.rejects(
        checkOrder(db, 'leave-one-out'),
        new RegExp(`offenders against '${claim}'`),
        select,
      )
      await db.run(`DROP VIEW ${split}_rows; ALTER VIEW whole RENAME TO ${split}_rows`)
    }
  })

  it('finds damage in a temporal split', async () => {
    const cut = await prepare({ strategy: 'temporal', quantile: 0.7 })
    assert.equal(cut.from, '20') // index 20.3 of 30: the first event of e or f
    const other = `SELECT ${COLUMNS} FROM whole UNION ALL SELECT 7, [1], 2`
    const cases: [split: string, select: string, claim: RegExp][] = [
      [
        'train',
        `SELECT CASE WHEN "user" = 1 THEN 5 ELSE "user" END AS "user", history, target, time FROM whole`,
        /1 offenders against 'no user is both trained on and tested'/,
      ],
      ['train', `${other}, 20`, /1 offenders against 'training lies before T'/],
      [
        'test',
        `SELECT "user", list_prepend(1, history) AS history, target, time FROM whole`,
        /what was known at valid|nothing before T/,
      ],
      ['valid', `SELECT "user", history, target, time - 9 AS time FROM whole`, /targets lie at or after T/],
      [
        'train',
        'SELECT "user", [1] AS history, 1 AS target, time FROM whole',
        /every item of test was seen in training/,
      ],
    ]
    for (const [split, select, claim] of cases) await damaged('temporal', cut, split, select, claim)
    await moved('temporal', cut, '"user" = 5 AND place = 1')
    // a user trained on who was there after T, though no row shows it
    await db.run('UPDATE log SET time = 99 WHERE u = 1 AND ordinal = 4')
    await assert.rejects(
      checkLeaks(db, 'temporal', cut),
      /1 offenders against 'users trained on have no event at or after T'/,
    )
    await db.run('UPDATE log SET time = 8 WHERE u = 1 AND ordinal = 4')
    // an event of a tested user that lies before T after all, though its row shows it
    await db.run('UPDATE log SET time = 1 WHERE u = 5 AND ordinal = 20')
    await assert.rejects(
      checkLeaks(db, 'temporal', cut),
      /1 offenders against 'nothing before T is known at test'/,
    )
  })
  it('finds damage in a rolling split', async () => {
    // T₁ = 6 (index 14.5 of 30, halves to even), T₂ = 26 (index 26.1): a to d have three events before the window and two in it,
    // e and f have no past, three in it and two after it
    const cut = await prepare({ strategy: 'rolling', cuts: [0.5, 0.9], fold: 1 })
    assert.deepEqual([cut.from, cut.to, cut.removed.afterWindow], ['6', '26', 4])
    const cases: [split: string, select: string, claim: RegExp][] = [
      [
        'train',
        `SELECT ${COLUMNS} FROM whole WHERE "user" <> 2`,
        /1 offenders against 'training is every event/,
      ],
      ['train', `SELECT "user", history, target, time + 9 AS time FROM whole`, /training lies before T/],
      [
        'test',
        `SELECT "user", history, target, time + 90 AS time FROM whole`,
        /nothing comes after the window/,
      ],
      [
        'train',
        `SELECT "user", list_reverse(history) AS history, target, time FROM whole`,
        /what is known at test begins with what was trained on/,
      ],
    ]
    for (const [split, select, claim] of cases) await damaged('rolling', cut, split, select, claim)
    await moved('rolling', cut, '"user" = 1 AND place = trained + 1')
  })
})
