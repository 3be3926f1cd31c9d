import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Parsed } from '../../../generators/interactions/parse.ts'
import { type Duckdb, openDuckdb, quote } from '../../../io/duckdb.ts'
import { UserError } from '../../../io/errors.ts'
import { parsed as parseTo } from './parsed.ts'

type Event = [user: string, item: string, time: bigint]

describe('generators/interactions/parse', () => {
  let folder: string
  let db: Duckdb
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "it's parsed "))
    db = await openDuckdb(join(folder, 'db'))
  })
  after(async () => {
    await db.close()
    await rm(folder, { recursive: true })
  })
  afterEach(() => db.run('DROP TABLE IF EXISTS events'))

  const parseFile = async (path: string, log?: string[]): Promise<{ parsed: Parsed; events: Event[] }> => {
    const parsed = await parseTo(db, path, log)
    const { rows, data } = await db.columns('SELECT * FROM events ORDER BY ordinal')
    const { user, item, time, ordinal } = data as {
      user: string[]
      item: string[]
      time: BigInt64Array
      ordinal: BigInt64Array
    }
    assert.deepEqual(
      ordinal,
      BigInt64Array.from({ length: rows }, (_, n) => BigInt(n)),
    )
    return { parsed, events: user.map((id, n) => [id, item[n]!, time[n]!]) }
  }
  const parse = async (content: string | Uint8Array, log?: string[]) => {
    const path = join(folder, 'log.csv')
    await writeFile(path, content)
    return parseFile(path, log)
  }
  const refused = (content: string | Uint8Array, message: RegExp) =>
    assert.rejects(parse(content), (error) => {
      assert.ok(error instanceof UserError, String(error))
      assert.match(error.message, message)
      return true
    })
  const two: Event[] = [
    ['u1', 'a', 10n],
    ['u2', 'b', 5n],
  ]

  it('reads the same two events from every form of table', async () => {
    const forms = [
      'u1,a,10\nu2,b,5\n',
      'u1\ta\t10\nu2\tb\t5',
      'u1 a 10\r\nu2 b 5\r\n',
      'u1;a;10;5.0\nu2;b;5;1.0',
      'u1::a::10\nu2::b::5',
      'user,item,timestamp\nu1,a,10\nu2,b,5',
      'rating,date,"item id",UserID\n1,10,a,u1\n2,5,b,u2',
      'user_id:token\titem_id:token\trating:float\ttimestamp:float\nu1\ta\t3\t10.0\nu2\tb\t4\t5.0\n',
      '\ufeffuser item time\nu1 a 10\nu2 b 5\n',
      '\n\nuser,item,time\n\nu1,a,10\nu2,b,5\n',
    ]
    for (const form of forms) {
      assert.deepEqual(await parse(form), { parsed: { format: 'table', hasTime: true }, events: two }, form)
    }
  })

  it('reads pairs without times', async () => {
    const events = two.map(([user, item]): Event => [user, item, 0n])
    for (const form of ['u1 a\nu2 b\n', 'u1,a\nu2,b', 'session_id,sku\nu1,a\nu2,b']) {
      assert.deepEqual(await parse(form), { parsed: { format: 'table', hasTime: false }, events }, form)
    }
  })

  it('reads one user per line where lines differ in length or are longer than four', async () => {
    const lists = { format: 'lists', hasTime: false }
    const of = (user: string, items: string) => items.split(' ').map((item): Event => [user, item, 0n])
    assert.deepEqual(await parse('u1 a b c\nu2 c\n'), {
      parsed: lists,
      events: [...of('u1', 'a b c'), ...of('u2', 'c')],
    })
    assert.deepEqual(await parse('u1 a b c d \n'), { parsed: lists, events: of('u1', 'a b c d') })
    await refused('u1 a b c d\nu2\n', /^log\.csv: line 2 has a user and no items$/)
  })

  it('says in the log which form it has found', async () => {
    const log: string[] = []
    const forms = ['u a 3\n', 'userId,sku\nu,a\n', 'u a b c d\n', 'u a\nv a b\n', '{"user":"u","item":"a"}\n']
    for (const form of forms) await parse(form, log)
    assert.deepEqual(log, [
      'log.csv: read as a table without a header: user in column 1, item in 2, time in 3',
      'log.csv: read as a table with a header: user in column 1, item in 2, no times',
      'log.csv: read as one user per line, without times',
      'log.csv: read as one user per line, without times',
      'log.csv: read as JSON lines, without times',
    ])
  })

  it('keeps ids letter by letter', async () => {
    const { events } = await parse('user,item,time\n" o\'Neil ","say ""hi"", 你",1\nÜ,01,2\n"a\nb",\'c\',3\n')
    assert.deepEqual(events, [
      [" o'Neil ", 'say "hi", 你', 1n],
      ['Ü', '01', 2n],
      ['a\nb', "'c'", 3n],
    ])
  })

  it('names the line of a row that it cannot read', async () => {
    await refused('u,a,1\nu,a\n', /^log\.csv: line 2 has 2 fields, expected 3 like line 1$/)
    await refused('u,a,1\n\nu,a,1,\n', /^log\.csv: line 3 has 4 fields, expected 3/)
    await refused('user,item,time\n"u\nv",a,1\nu,,1\n', /^log\.csv: line 4: the item is missing$/)
    await refused('u,a,1\n ,a,1\n', /line 2: the user is missing/)
    await refused('u,a,1\nu,a,\n', /line 2: the timestamp is missing/)
    await refused(
      'u,a,1\nu,a,soon\n',
      /^log\.csv: line 2: 'soon' is not a time, expected an integer or an ISO date$/,
    )
    await refused('u,a,1\nu,a,2020-01-01\n', /line 2: '2020-01-01' is a date, the lines before have numbers/)
    await refused(
      'who,what,when\nu,a,1\n',
      /line 1: 'when' is not a time.*Is line 1 a header\? Begin the file with/,
    )
  })

  it('refuses files without interactions', async () => {
    await refused('', /^log\.csv: the file is empty/)
    await refused('\n \n', /the file is empty/)
    await refused('user,item,time\n', /^log\.csv: no interactions/)
    await refused(
      Uint8Array.from({ length: 999 }, (_, n) => (n * 7919) % 256),
      /^log\.csv: not UTF-8 text/,
    )
    await refused('PAR1 and then nothing of the kind', /^log\.csv: not readable as Parquet/)
  })

  describe('Parquet', () => {
    const write = async (select: string) => {
      const path = join(folder, "it's.parquet")
      await db.run(`COPY (${select}) TO ${quote(path)} (FORMAT parquet)`)
      return path
    }
    const rows = (time: string) =>
      write(`SELECT ${time} AS ts, 'a' || i AS "Item-Id", CAST(i AS INTEGER) AS user_id FROM range(2) r(i)`)
    const expected = (first: bigint, second: bigint): Event[] => [
      ['0', 'a0', first],
      ['1', 'a1', second],
    ]

    it('takes integers, floats, dates and texts for times', async () => {
      const day = 86400n
      const cases: [sql: string, first: bigint, second: bigint][] = [
        ['CAST(100 + i AS BIGINT)', 100n, 101n],
        ['CAST(i AS UTINYINT)', 0n, 1n],
        ['CAST(i AS DOUBLE) - 0.5', -1n, 0n],
        ['CAST(i AS DECIMAL(9, 2)) + 0.25', 0n, 1n],
        ["DATE '1970-01-02' + CAST(i AS INTEGER)", day, 2n * day],
        ["TIMESTAMP '1970-01-01 00:00:01.9' + INTERVAL (i) SECOND", 1n, 2n],
        ["CAST(TIMESTAMP '1970-01-01 00:01:00' AS TIMESTAMP_NS)", 60n, 60n],
        ["TIMESTAMPTZ '1970-01-01 02:00:00+02' + INTERVAL (i) HOUR", 0n, 3600n],
        ['CAST(7 * i AS VARCHAR)', 0n, 7n],
        ["'1970-01-0' || (i + 1)", 0n, day],
      ]
      for (const [sql, first, second] of cases) {
        const { parsed, events } = await parseFile(await rows(sql))
        assert.deepEqual(parsed, { format: 'parquet', hasTime: true })
        assert.deepEqual(events, expected(first, second), sql)
      }
    })

    it('reads texts by the rules of text files', async () => {
      const texts = (...times: string[]) =>
        write(
          `SELECT 'u' AS "user", 'a' AS item, t.ts FROM (VALUES ${times.map((time) => `(${quote(time)})`)}) t(ts)`,
        )
      const timesOf = async (...times: string[]) =>
        (await parseFile(await texts(...times))).events.map(([, , time]) => time)
      assert.deepEqual(await timesOf('5.7', ' -0.5 ', '1e3'), [5n, -1n, 1000n])
      assert.deepEqual(await timesOf('1970-01-01T00:00:05.7', '1970-01-01 02:00+02'), [5n, 0n])
      const wrong = async (message: RegExp, ...times: string[]) => {
        await assert.rejects(
          timesOf(...times),
          (error) => error instanceof UserError && message.test(error.message),
        )
        const lines = times.map((time) => `u,a,${time}`)
        await refused(`user,item,ts\n${lines.join('\n')}\n`, new RegExp(`line ${times.length + 1}: `))
      }
      for (const time of ['0x10', '1992/9/20', 'epoch', '1_000', '1992-09-20 24:00'])
        await wrong(/^it's\.parquet: row 2 lacks a user, an item or a readable time$/, '1', time)
      await wrong(
        /^it's\.parquet: row 3: the time is a date, the rows before have numbers$/,
        '1',
        '2',
        '1992-09-20',
      )
      await wrong(
        /^it's\.parquet: row 2: the time is a number, the rows before have dates$/,
        '1992-09-20',
        '5',
      )
      const log: string[] = []
      await parseFile(await texts('5'), log)
      assert.deepEqual(log, ["it's.parquet: read as Parquet, columns user, item, ts"])
    })

    it('refuses an id of blanks as text files do', async () => {
      const path = await write(`SELECT 'u' AS "user", chr(9) || chr(160) AS item`)
      await assert.rejects(parseFile(path), /^UserError: it's\.parquet: row 1 lacks a user, an item or/)
    })

    it('works without times', async () => {
      const { parsed, events } = await parseFile(await write(`SELECT 'é' AS item, 'u' AS "user"`))
      assert.deepEqual(
        { parsed, events },
        { parsed: { format: 'parquet', hasTime: false }, events: [['u', 'é', 0n]] },
      )
    })

    it('says what is wrong', async () => {
      const wrong = async (select: string, message: RegExp) =>
        assert.rejects(
          parseFile(await write(select)),
          (error) => error instanceof UserError && message.test(error.message),
        )
      await wrong('SELECT 1 AS a, 2 AS b', /^it's\.parquet: no columns named user and item \(got a, b\)$/)
      await wrong(
        `SELECT 1 AS "user", CASE WHEN i < 2 THEN i END AS item FROM range(9) r(i)`,
        /row 3 lacks a user, an item or a readable time/,
      )
      await wrong(`SELECT 1 AS "user", 1 AS item, 'soon' AS time`, /row 1 lacks/)
      await wrong('SELECT 1 AS "user", 1 AS item WHERE false', /no interactions/)
    })
  })

  it('gives back any log that is written as CSV (fast-check, seed 3)', async () => {
    const id = fc.string({
      unit: fc.constantFrom('a', 'b', ',', '"', ' ', '\n', 'é', '😀', '0'),
      minLength: 1,
    })
    const event = fc.tuple(
      id.filter((text) => text.trim() !== ''),
      id.filter((text) => text.trim() !== ''),
      fc.bigInt(0n, 2n ** 62n),
    )
    const field = (text: string) => `"${text.split('"').join('""')}"`
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 1, maxLength: 20 }), async (events) => {
        const lines = events.map(([user, item, time]) => `${field(user)},${field(item)},${time}`)
        assert.deepEqual((await parse(`user,item,time\n${lines.join('\n')}`)).events, events)
      }),
      { seed: 3, numRuns: 30 },
    )
  })
})
