import assert from 'node:assert/strict'
import { detect, namedColumns, timedWidth } from '../../../generators/interactions/format.ts'
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

  it('takes names beside a number or a time for the ids of a first row', () => {
    assert.deepEqual(detect('f', ['u,i,5', 'v,j,6']), table(',', 3, 2))
    assert.deepEqual(detect('f', ['u i 2020-01-01']), table(' ', 3, 2))
    assert.deepEqual(detect('f', ['u,i,4.5,881250949', 'v,j,3,881250949']), table(',', 4, 3))
    assert.equal(detect('f', ['u i 5 6 7 8', 'v j 5']).header, false) // items of u
    assert.equal(detect('f', ['u,i,t', 'v,j,6']).header, true)
    assert.equal(detect('f', ['0,user,item', '1,v,j']).header, true) // an unnamed index, as pandas writes it
    assert.equal(detect('f', ['user,item,']).header, true)
    assert.equal(detect('f', ['u,i,1,2,3', 'v,j,4,5,6']).header, true) // five columns need one
  })

  it('takes lines of one length and with times for a table, though some are ragged', () => {
    const rows = (count: number, line: string) => Array.from({ length: count }, () => line)
    assert.equal(timedWidth(['u1 i1 100', 'u2 i2 200', 'u3 i3']), 3)
    assert.equal(timedWidth(['u1 i1', 'u2 i2 100', 'u3 i3 200']), 3)
    assert.equal(timedWidth(['1 1 5 881250949', '1 2 4 881250950', '1 3 5 881250951 x']), 4)
    assert.equal(timedWidth([...rows(90, 'u i 1'), ...rows(10, 'u i')]), 3)
    assert.equal(timedWidth([...rows(89, 'u i 1'), ...rows(11, 'u i')]), null)
    assert.equal(timedWidth([...rows(18, 'u i 1'), 'u i', 'u i']), 3) // one in ten
    assert.equal(timedWidth([...rows(17, 'u i 1'), 'u i', 'u i']), null)
    assert.equal(timedWidth(['u1 a b', 'u2 a c', 'u3 b c d']), null) // no times
    assert.equal(timedWidth(['1 2 3 4 5 6', '2 3 4 5 6 7']), null)
    assert.equal(timedWidth(['u a', 'v b', 'w b c']), null)
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
    refused(
      ['user_id,item_id,0', '1,2,3'],
      /line 1 names user and item as a header does, and has '0' as a row does\. Begin the file with/,
    )
    assert.equal(detect('f', ['ann,hat', 'bob,shoe']).header, false) // words are ids as well as numbers are
  })
})
