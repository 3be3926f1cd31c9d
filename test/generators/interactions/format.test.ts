import assert from 'node:assert/strict'
import { detect, namedColumns } from '../../../generators/interactions/format.ts'
import { UserError } from '../../../io/errors.ts'

describe('generators/interactions/format', () => {
  const table = (separator: string, width: number, time: number | null) => ({
    separator,
    header: false,
    width,
    user: 0,
    item: 1,
    time,
  })

  it('finds the separator', () => {
    assert.deepEqual(detect('f', ['1\t2\t3']), table('\t', 3, 2))
    assert.deepEqual(detect('f', ['1,2,3']), table(',', 3, 2))
    assert.deepEqual(detect('f', ['1;2;3']), table(';', 3, 2))
    assert.deepEqual(detect('f', ['1|2|3']), table('|', 3, 2))
    assert.deepEqual(detect('f', ['1::2::3']), table('::', 3, 2))
    assert.deepEqual(detect('f', ['1 2 3']), table(' ', 3, 2))
    assert.deepEqual(detect('f', ['1 2']), table(' ', 2, null))
  })

  it('prefers the separator that cuts all lines alike', () => {
    // the comma is in line 1, but only the semicolon is in every line
    assert.deepEqual(detect('f', ['1;a, b;3', '2;c;4']), table(';', 3, 2))
    assert.deepEqual(detect('f', ['ann lee,x y,3', 'bob,z,4']), table(',', 3, 2))
    assert.deepEqual(detect('f', ['"a;b",2,3', '1,2,3']), table(',', 3, 2))
  })

  it('knows a header by its names, in any order and spelling', () => {
    assert.deepEqual(detect('f', ['timestamp,rating,item_id,userId', '1,2,3,4']), {
      separator: ',',
      header: true,
      width: 4,
      user: 3,
      item: 2,
      time: 0,
    })
    const recbole = 'user_id:token\titem_id:token\trating:float\ttimestamp:float'
    assert.deepEqual(detect('f', [recbole]), {
      separator: '\t',
      header: true,
      width: 4,
      user: 0,
      item: 1,
      time: 3,
    })
    assert.deepEqual(namedColumns(['SessionId', 'ItemId', 'Time']), { user: 0, item: 1, time: 2 })
    assert.deepEqual(namedColumns(['"User-ID"', 'ISBN', 'movieId', 'date']), { user: 0, item: 2, time: 3 })
    assert.deepEqual(namedColumns(['session_id', 'user_id', 'item', 'price']), {
      user: 1,
      item: 2,
      time: null,
    })
    assert.deepEqual(namedColumns(['a', 'b']), { user: null, item: null, time: null })
  })

  it('takes four columns as user item rating timestamp where the values say so, as MovieLens has it', () => {
    assert.equal(detect('f', ['196\t242\t3\t881250949']).time, 3)
    assert.equal(detect('f', ['1,2,4.5,2011-03-01']).time, 3)
    assert.equal(detect('f', ['196\t242\t881250949\t3']).time, 2)
    assert.equal(detect('f', ['1,2,3,4']).time, 2) // small times: as the rule says
  })

  it('says what is wrong', () => {
    const refused = (lines: string[], message: RegExp) =>
      assert.throws(
        () => detect('log.csv', lines),
        (error) => error instanceof UserError && message.test(error.message),
      )
    refused([], /^log\.csv: the file is empty/)
    refused(['one', 'two'], /^log\.csv: line 1 has one field/)
    refused(
      ['1,2,3,4,5', '1,2,3,4,5'],
      /5 columns and no header that names user and item\. Begin the file with/,
    )
    refused(['buyer,thing', '1,2', '3,4'], /line 1 looks like a header/)
    assert.equal(detect('f', ['ann,hat', 'bob,shoe']).header, false) // words are ids as well as numbers are
  })
})
