import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import leaderboard from '../../../pipelines/stages/leaderboard.ts'
import report from '../../../pipelines/stages/report.ts'
import { testContext } from '../../context.ts'
import { fakeLists, fakeRun } from '../../reports/fixture.ts'

const stage = { id: '', run: '', deps: [], outs: [], device: 'cpu' as const }

describe('stage report', () => {
  let root: string
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'report-'))
  })
  afterEach(() => rm(root, { recursive: true, force: true }))

  const read = () => readFile(join(root, 'report/index.html'), 'utf8')

  it('makes one page of all tracks, with or without runs, and their pictures in it', async () => {
    const dataset = await fakeLists(root, 'zipf_temporal', 3, { made: true })
    const perRow = { 'ndcg@10': [0, 1, 0.5] }
    for (const model of ['popularity', 'markov'])
      await fakeRun(root, dataset, { model, loss: 'none', perRow })
    for (const track of ['operators', 'recommenders'])
      await leaderboard({ ...stage, params: { track } }, testContext(root))
    const facts = await report({ ...stage, params: {} }, testContext(root))
    const text = await read()
    assert.deepEqual(facts, { tracks: 2, bytes: Buffer.byteLength(text) })
    assert.deepEqual(
      [...text.matchAll(/<h[23] id="([^"]*)"/g)].map(([, id]) => id),
      ['operators', 'recommenders', 'recommenders-zipf-temporal', 'recompute'],
    )
    assert.ok(text.includes('No run of the track operators is finished yet.'))
    assert.match(
      text,
      /<svg role="img" aria-label="ndcg@10 ↑ as in the table: markov 0\.500; popularity 0\.500"/,
    )
  })

  it('makes a page that says so where there is nothing', async () => {
    await mkdir(join(root, 'reports'))
    assert.equal((await report({ ...stage, params: {} }, testContext(root))).tracks, 0)
    assert.ok((await read()).includes('Nothing is finished yet.'))
  })

  it('lets no picture in that could do something', async () => {
    const dataset = await fakeLists(root, 'zipf_temporal', 2)
    for (const model of ['a', 'b'])
      await fakeRun(root, dataset, { model, loss: 'none', perRow: { 'ndcg@10': [0, 1] } })
    await leaderboard({ ...stage, params: { track: 'recommenders' } }, testContext(root))
    const picture = join(root, 'reports/recommenders/zipf_temporal-scores.svg')
    await writeFile(
      picture,
      (await readFile(picture, 'utf8')).replace('</svg>', '<script>alert(1)</script></svg>'),
    )
    await assert.rejects(
      report({ ...stage, params: {} }, testContext(root)),
      /element <script> is not allowed/,
    )
  })
})
