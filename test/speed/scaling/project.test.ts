import assert from 'node:assert/strict'
import { inWords, stageSeconds } from './project.ts'

describe('speed/scaling: from a row to a cluster', () => {
  const cluster = { nodes: 2, cores: 3, latency: 2, poll: 4 }

  it('is one task where there is one shard', () => {
    // 50 rows of 0.1 s: 5 s, 2 s until it runs, 2 s until the run has seen it
    assert.equal(stageSeconds({ rows: 50, cpu: 0.1, perShard: 50 }, cluster), 9)
  })

  it('groups the other shards into tasks of a minute, six at a time', () => {
    // 201 shards of 5 s: one alone (9 s); 200 in tasks of 12 shards (60 s): 17 tasks, 3 waves of 62 s; 2 s at the end
    assert.equal(stageSeconds({ rows: 201 * 50, cpu: 0.1, perShard: 50 }, cluster), 9 + 3 * 62 + 2)
  })

  it('does not group what lasts a minute by itself', () => {
    // 7 shards of 100 s: one alone (104 s), the other six at once
    assert.equal(stageSeconds({ rows: 7, cpu: 100, perShard: 1 }, cluster), 104 + 102 + 2)
  })

  it('says seconds, minutes, hours, days', () => {
    assert.deepEqual([75, 720, 12240, 181440].map(inWords), ['75 s', '12 min', '3.4 h', '2.1 days'])
  })
})
