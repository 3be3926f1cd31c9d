import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type Duckdb, openDuckdb } from '../../../io/duckdb.ts'
import { UserError } from '../../../io/errors.ts'
import { parsed } from './parsed.ts'

/** What a log of the user's may hold: each kind is read as said here, or refused with file and line. */
describe('generators/interactions: bad input', () => {
  let folder: string
  let db: Duckdb
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bad-input-'))
    db = await openDuckdb(join(folder, 'db'))
  })
  after(async () => {
    await db.close()
    await rm(folder, { recursive: true })
  })

  const read = async (content: string | Uint8Array) => {
    const path = join(folder, 'log.csv')
    await writeFile(path, content)
    await parsed(db, path)
    return (await db.rows('SELECT "user", item, time FROM events ORDER BY ordinal')).map((row) =>
      Object.values(row),
    )
  }
  const refused = (content: string | Uint8Array, message: RegExp) =>
    assert.rejects(read(content), (error) => {
      assert.ok(error instanceof UserError, String(error))
      assert.match(error.message, message)
      return true
    })

  it('takes times before 1970, and orders by them', async () => {
    assert.deepEqual(await read('u,a,-5\nu,b,+3\nu,c,1e3\n'), [
      ['u', 'a', -5],
      ['u', 'b', 3],
      ['u', 'c', 1000],
    ])
    assert.deepEqual(await read('user,item,date\nu,a,1969-12-31\nu,b,1970-01-01T01:00:00+02:00\n'), [
      ['u', 'a', -86400],
      ['u', 'b', -3600],
    ])
  })

  it('refuses a time that is none, or beyond 64 bits, with its line', async () => {
    for (const time of [
      'soon',
      '12:30',
      '01/02/2014',
      '2014-02-30',
      'NaN',
      '1e400',
      '9223372036854775808',
      '0x10',
    ])
      await refused(`user,item,time\nu,a,1\nu,b,${time}\n`, /^log\.csv: line 3: '.*' is not a time/)
    await refused('user,item,time\nu,a,1\nu,b,\n', /^log\.csv: line 3: the timestamp is missing/)
  })

  it('keeps ids with quotes, line ends and any letter', async () => {
    const ids = [
      "o'neil",
      'say "hi"',
      'two\nlines',
      'DROP TABLE events; --',
      '名前',
      '🏳️‍🌈',
      'e\u0301',
      '\u00e9',
      '\u202eabc',
    ]
    const field = (id: string) => `"${id.replaceAll('"', '""')}"`
    const text = ids.map((id, n) => `${field(id)},i${n},${n}`).join('\n')
    assert.deepEqual(
      await read(`user,item,time\n${text}\n`),
      ids.map((id, n) => [id, `i${n}`, n]),
    )
  })

  it('refuses an empty user or item, with its line', async () => {
    await refused('user,item,time\nu,a,1\n,b,2\n', /^log\.csv: line 3: the user is missing$/)
    await refused('user,item,time\nu,a,1\n" ",b,2\n', /^log\.csv: line 3: the user is missing$/)
    await refused('user,item,time\nu,,1\n', /^log\.csv: line 2: the item is missing$/)
    await refused('u1 a b c d\nu2\n', /^log\.csv: line 2 has a user and no items$/)
  })

  it('refuses the ragged lines of a table that is separated by spaces, and takes no time for an item', async () => {
    await refused(
      'u1 i1 100\nu2 i2 200\nu3 i3\n',
      /^log\.csv: line 3 has 2 fields, expected 3 like most of the first lines\. If each line is a user and items/,
    )
    await refused('u1 i1\nu2 i2 100\nu3 i3 200\n', /^log\.csv: line 1 has 2 fields, expected 3 like most/)
    await refused(`${'u i 5\n'.repeat(150)}u i\n`, /^log\.csv: line 151 has 2 fields, expected 3 like most/)
    await refused(
      'u a 4 881250949\nu b 3 881250950\nv a 881250951\n',
      /^log\.csv: line 3 has 3 fields, expected 4/,
    )
  })

  it('keeps the first row of a table whose ids are names of columns', async () => {
    assert.deepEqual(await read('u,i,5\nv,j,6\n'), [
      ['u', 'i', 5],
      ['v', 'j', 6],
    ])
    await refused(
      'user,item,5\nv,j,6\n',
      /^log\.csv: line 1 names user and item as a header does, and has '5'/,
    )
  })

  it('keeps CRLF inside quotes letter by letter', async () => {
    const rows = [
      ['u', 'w', 0],
      ['a\r\nb', 'x', 1],
      ['a\nb', 'y', 2],
      ['a\rb', 'z', 3],
    ]
    const lines = rows.map(([user, item, time]) => `"${user}",${item},${time}\r\n`)
    assert.deepEqual(await read(lines.join('')), rows)
    assert.deepEqual(await read(`user,item,time\r\n${lines.join('')}`), rows)
  })

  it('refuses lines that end with CR alone', async () => {
    const message =
      /^log\.csv: line 1 has bare carriage returns \(CR\), expected line ends LF or CRLF\. Write it anew/
    for (const plain of [
      'u,i,5\nv,j,6\n',
      'user,item,time\nu,"a",5\nv,b,6',
      'u\ti\t5\nv\tj\t6',
      'u a b c d\nv a\n',
      '{"user":"u","item":"a"}\n{"user":"v","item":"a"}\n',
    ]) {
      await refused(plain.replaceAll('\n', '\r'), message)
      await refused(`${plain.trimEnd().replaceAll('\n', '\r')}\n`, message)
      await refused(gzipSync(plain.replaceAll('\n', '\r')), message)
    }
    await refused(`\n${'u,i,5\r'.repeat(2)}`, /^log\.csv: line 2 has bare carriage returns/)
  })

  it('keeps a catalog of one item, and rows that stand there twice', async () => {
    assert.deepEqual(await read('u,a,1\nu,a,1\nv,a,1\n'), [
      ['u', 'a', 1],
      ['u', 'a', 1],
      ['v', 'a', 1],
    ])
  })

  it('reads gzip, a byte order mark, CRLF and all three', async () => {
    const expected = [
      ['u', 'a', 1],
      ['v', 'b', 2],
    ]
    const plain = 'user,item,time\nu,a,1\nv,b,2\n'
    const all = `\ufeff${plain.replaceAll('\n', '\r\n')}`
    for (const form of [
      plain,
      gzipSync(plain),
      `\ufeff${plain}`,
      plain.replaceAll('\n', '\r\n'),
      gzipSync(all),
    ])
      assert.deepEqual(await read(form), expected)
  })

  it('refuses gzip that is cut or damaged, and what is no UTF-8, with the line', async () => {
    const bytes = gzipSync(Array.from({ length: 5000 }, (_, n) => `u${n * 7919},a${n},${n}\n`).join(''))
    await refused(bytes.subarray(0, bytes.length - 20), /^log\.csv: damaged gzip near line \d+ \(/)
    const damaged = Buffer.from(bytes)
    damaged[bytes.length >> 1]! ^= 255
    await refused(damaged, /^log\.csv: (damaged gzip|not UTF-8 text|line \d+)/)
    await refused(Buffer.from('u,a,1\nu,\xff,2\n', 'latin1'), /^log\.csv: not UTF-8 text near line 1,/)
    await refused('u,a,1\nu,b\0,2\n', /^log\.csv: not UTF-8 text near line 1,/)
  })

  it('reads lines of a million characters', async () => {
    const items = Array.from({ length: 160_000 }, (_, n) => `i${n}`)
    const lists = await read(`u ${items.join(' ')}\nv a\n`)
    assert.equal(lists.length, 160_001)
    assert.deepEqual(lists[159_999], ['u', 'i159999', 0])
    const id = 'x'.repeat(1_000_000)
    const [row] = await read(`user,item,time\n${id},a,1\n`)
    assert.equal(row![0], id)
  })

  it('refuses a quote that is opened and not closed within 65,536 characters, with the line it opens on', async () => {
    const lines = 'v,b,2\n'.repeat(100_000)
    await refused(
      `user,item,time\nu,a,1\n"u,a,1\n${lines}`,
      /^log\.csv: line 3: a quote is opened and not closed$/,
    )
  })

  it('reads JSON lines, and refuses with the line what is none', async () => {
    const first = '{"reviewerID": "u\\n1", "asin": 7, "reviewTime": "09 1, 2013", "unixReviewTime": 5}'
    assert.deepEqual(await read(`${first}\n\n{"asin":"b","reviewerID":"v","unixReviewTime":"-6"}\r\n`), [
      ['u\n1', '7', 5],
      ['v', 'b', -6],
    ])
    assert.deepEqual(await read('{"user":"u","item":"a"}\n'), [['u', 'a', 0]])
    await refused(`${first}\n{"asin":\n`, /^log\.csv: line 2: not a JSON object$/)
    await refused(`${first}\n[1]\n`, /^log\.csv: line 2: not a JSON object$/)
    await refused(`${first}\n{"asin":"b","unixReviewTime":1}\n`, /^log\.csv: line 2: 'reviewerID' is no id/)
    await refused(`{"user":9007199254740993,"item":1}\n`, /^log\.csv: line 1: 'user' is no id/)
    await refused(`{"user":1,"item":1,"time":"soon"}\n`, /^log\.csv: line 1: 'time' is no time/)
    await refused(`{'user': 'u'}\n`, /^log\.csv: line 1: not a JSON object$/)
    await refused(
      '{"who":1,"what":2}\n',
      /^log\.csv: line 1: no keys that name user and item \(got who, what\)$/,
    )
    await refused(`{"user":1,"item":1,"time":[5]}\n`, /^log\.csv: line 1: 'time' is no time/)
  })

  it('refuses JSON lines of which some have a time and some have none', async () => {
    const [timed, timeless] = ['{"user":"u","item":"a","ts":5}', '{"user":"u","item":"b","rating":5}']
    const more = `${timeless}\n`.repeat(40_000) // over the end of a block
    await refused(`${timeless}\n${timed}\n`, /^log\.csv: line 2: 'ts' is a time, line 1 has none$/)
    await refused(`\n${more}${timed}\n`, /^log\.csv: line 40002: 'ts' is a time, line 2 has none$/)
    await refused(`${timed}\n${timeless}\n`, /^log\.csv: line 2: 'ts' is missing, line 1 has it$/)
    assert.equal((await read(`${timeless}\n{"user":"u","item":"c","note":"5"}\n`)).length, 2)
  })

  it('refuses an id in JSON lines that is no Unicode text', async () => {
    const whole = '{"user":"\\ud83d\\ude00","item":"a"}\n'
    assert.deepEqual(await read(whole), [['😀', 'a', 0]])
    await refused(
      `${whole}{"user":"a\\ud800","item":"b"}\n`,
      /^log\.csv: line 2: 'user' is no id: it has half of a surrogate pair, expected a Unicode text$/,
    )
    await refused(`{"user":"a","item":"\\udc00\\ud800"}\n`, /^log\.csv: line 1: 'item' is no id: it has half/)
  })
})
