import assert from 'node:assert/strict'
import { aligned } from '../../reports/page-table.ts'
import { csv, markdownTable, sharedOf } from '../../reports/table.ts'
import { line, missing, ndcg, score, standing } from './lines.ts'

describe('reports/table', () => {
  it('is this table', () => {
    const lines = [
      line({ scores: { 'relative-l2': score(0.03124, 0.00081) } }),
      line({ loss: 'energy', scores: { 'relative-l2': score(0.03249, 0.0012) }, trainSeconds: 5.24 }),
      line({
        rank: 3,
        model: 'unet',
        scores: { 'relative-l2': score(0.2, 0.041) },
        parameters: 45_300,
        peakBytes: null,
      }),
      missing('unet', 'energy'),
    ]
    assert.equal(
      markdownTable(standing(lines)),
      `
|   # | ranks | model | loss        |   relative-l2 ↓ | weights | train | peak memory |
| --: | ----: | ----- | ----------- | --------------: | ------: | ----: | ----------: |
|   1 |     1 | fno   | relative-l2 | 0.0312 ± 0.0008 |   1.2 M | 310 s |     512 MiB |
|   1 |     1 | fno   | energy      | 0.0325 ± 0.0012 |   1.2 M | 5.2 s |     512 MiB |
|   3 |     1 | unet  | relative-l2 |     0.20 ± 0.04 |    45 k | 310 s |           — |
|   — |     — | unet  | energy      |               — |       — |     — |           — |
`.slice(1),
    )
    assert.equal(sharedOf(standing(lines)), 'device cpu, 2 threads; seed 0; by fieldrank')
  })

  it('has a column for what differs between the rows, and a power of ten in the head of small numbers', () => {
    const metrics = [{ ...ndcg, name: 'residual', better: 'lower' as const }]
    const lines = [
      line({ scores: { residual: score(4.2e-4, 2e-5) }, seeds: [0, 1], by: { name: 'us' } }),
      line({ rank: 2, scores: { residual: score(5e-4) }, by: { name: 'A. Name' } }),
    ]
    assert.equal(
      markdownTable(standing(lines, { metrics })),
      `
|   # | ranks | model | loss        | residual ↓ (1e-4) | weights | train | peak memory | seed | by      |
| --: | ----: | ----- | ----------- | ----------------: | ------: | ----: | ----------: | ---- | ------- |
|   1 |     1 | fno   | relative-l2 |       4.20 ± 0.20 |   1.2 M | 310 s |     512 MiB | 0 1  | us      |
|   2 |     1 | fno   | relative-l2 |              5.00 |   1.2 M | 310 s |     512 MiB | 0    | A. Name |
`.slice(1),
    )
    assert.equal(sharedOf(standing(lines, { metrics })), 'device cpu, 2 threads')
  })

  it('shows the cut-off that ranks, while the CSV has all', () => {
    const metrics = [ndcg, { ...ndcg, name: 'ndcg@50' }]
    const one = standing([line({ scores: { [ndcg.name]: score(0.1), 'ndcg@50': score(0.2) } })], { metrics })
    assert.match(markdownTable(one), /ndcg@10 ↑/)
    assert.doesNotMatch(markdownTable(one), /ndcg@50/)
  })

  it('is not broken by the names of strangers', () => {
    const model = 'a|b\n<img src=x onerror=alert(1)> `*x*`\u202E'
    const row = markdownTable(standing([line({ model, scores: { 'relative-l2': score(1, 0.1) } })])).split(
      '\n',
    )[2]!
    assert.ok(row.includes('a\\|b &lt;img src=x onerror=alert(1)&gt; \\`\\*x\\*\\`\uFFFD'), row)
    assert.equal(row.replace(/\\\|/g, '').split('|').length, 10) // eight cells
  })

  it('writes every number in full as CSV, nothing where there is nothing, and no formula', () => {
    const lines = [
      line({
        model: '=HYPERLINK("http://x.y")',
        scores: { 'relative-l2': score(0.1 + 0.2, 1e-9) },
        range: [1, 2],
        intervals: { 'relative-l2': [0.25, 0.5] },
        groups: [0, 1],
        behind: { difference: 0.5, stderr: 0.25, p: 0.125, visible: 1.5 },
        pareto: { time: true, memory: null },
        by: { name: '@someone, Inc.' },
        seeds: [0, 1],
      }),
      missing('unet', 'energy'),
    ]
    const board = {
      track: 'operators',
      about: '',
      profile: 'smoke',
      asked: { stages: '', flags: '--profile smoke' },
      seed: 42,
      standings: [standing(lines)],
      overall: {
        datasets: ['a', 'b'],
        factors: [1],
        methods: [
          { model: 'unet', loss: 'energy', ranks: [null, 2], meanRank: null, missing: 1, within: [0] },
        ],
      },
    }
    assert.equal(
      csv(board),
      [
        'track,dataset,version,rank,rank_low,rank_high,model,loss,seeds,relative-l2,relative-l2_stderr,relative-l2_low,relative-l2_high,' +
          'relative-l2_median,relative-l2_p95,groups,behind,behind_stderr,behind_p,visible,pareto_time,pareto_memory,mean_rank,missing,rows,' +
          'parameters,train_seconds,predict_seconds,peak_bytes,device,threads,by',
        'operators,gaussian0.4_grid16,1.0.0,1,1,2,"\'=HYPERLINK(""http://x.y"")",relative-l2,0 1,0.30000000000000004,1e-9,0.25,0.5,,,0 1,0.5,0.25,0.125,1.5,1,,,,32,' +
          '1234567,310.4,0.5,536870912,cpu,2,"\'@someone, Inc."',
        'operators,gaussian0.4_grid16,1.0.0,,,,unet,energy,,,,,,,,,,,,,,,,1,32,,,,,,,',
        '',
      ].join('\n'),
    )
  })

  it('puts the points of a column below each other', () => {
    const [digit, point] = ['\u2007', '\u2008']
    assert.deepEqual(aligned(['0.0312 ± 0.0008', '0.20 ± 0.04', '12 ± 3', '—']), [
      '0.0312 ± 0.0008',
      `0.20${digit.repeat(2)} ± 0.04${digit.repeat(2)}`,
      `12${point}${digit.repeat(4)} ± 3${point}${digit.repeat(4)}`,
      '—',
    ])
    assert.deepEqual(aligned(['0.5', '0.25']), [`0.5${digit}`, '0.25'])
    assert.deepEqual(aligned(['1.2 M', '45 k', '(1.0 ± 0.1)e-5']), ['1.2 M', '45 k', '(1.0 ± 0.1)e-5'])
  })
})
