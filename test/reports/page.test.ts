import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Board } from '../../reports/board.ts'
import { markdown } from '../../reports/markdown.ts'
import { emptinessOf, MADE, notesOf } from '../../reports/notes.ts'
import { page } from '../../reports/page.ts'
import { line, missing, ndcg, score, standing } from './lines.ts'

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1"><text>drawn</text></svg>'
const HOSTILE = `<script>alert(1)</script>"onload='x'\u202E&\`<img src=https://evil.example/a.png>`

const lines = [
  line({ scores: { 'relative-l2': score(0.1, 0.01) } }),
  line({ model: 'unet', scores: { 'relative-l2': score(0.11, 0.01) } }),
  line({ rank: 3, loss: 'energy', scores: { 'relative-l2': score(0.3, 0.01) } }),
  missing('unet', 'energy'),
]

function board(said: Partial<Board> = {}): Board {
  return {
    track: 'operators',
    about: 'Operators',
    profile: 'smoke',
    asked: { stages: '', flags: '--profile smoke' },
    seed: 42,
    standings: [standing(lines)],
    overall: null,
    ...said,
  }
}

function hostile(): Board {
  const dataset = {
    name: HOSTILE,
    version: HOSTILE,
    about: HOSTILE,
    license: HOSTILE,
    cite: HOSTILE,
    made: true,
  }
  const rows = [
    line({
      model: HOSTILE,
      loss: HOSTILE,
      device: HOSTILE,
      by: { name: HOSTILE, url: 'javascript:alert(1)' },
      about: [HOSTILE],
      cite: HOSTILE,
    }),
    line({ by: { name: 'other' }, version: HOSTILE, scores: { [HOSTILE]: score(1, 1) } }),
  ]
  const metrics = [{ ...ndcg, name: HOSTILE, about: HOSTILE }]
  return board({
    track: HOSTILE,
    about: HOSTILE,
    profile: HOSTILE,
    asked: { stages: HOSTILE, flags: HOSTILE },
    standings: [standing(rows, { dataset, metrics, notes: [HOSTILE] })],
  })
}

const figures = [{ dataset: 'gaussian0.4_grid16', title: 'Scores', caption: 'In order', files: ['a.svg'] }]
const whole = page([{ board: board(), figures, pictures: new Map([['a.svg', SVG]]) }])
const attacked = page([
  {
    board: hostile(),
    figures: [{ dataset: HOSTILE, title: HOSTILE, caption: HOSTILE, files: ['a.svg'] }],
    pictures: new Map([['a.svg', SVG]]),
  },
])

/** Start tags with their attributes, as a browser would see them: our own markup quotes every value. */
function tagsOf(html: string): { name: string; attributes: Map<string, string> }[] {
  return [...html.matchAll(/<([a-z][a-z0-9-]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/gi)].map(
    ([, name, rest]) => ({
      name: name!.toLowerCase(),
      attributes: new Map(
        [...rest!.matchAll(/([\w:-]+)(?:="([^"]*)")?/g)].map(([, key, value]) => [key!, value ?? '']),
      ),
    }),
  )
}

describe('reports/page', () => {
  it('shows the table: ties share a rank, a missing run is a row of —', () => {
    const body = whole.slice(whole.indexOf('<tbody>'), whole.indexOf('</tbody>'))
    const rows = body
      .split('<tr')
      .slice(1)
      .map((row) => [...row.matchAll(/<t[hd][^>]*>(?:<bdi>)?([^<]*)/g)].map(([, text]) => text))
    assert.deepEqual(
      rows.map((row) => row.slice(0, 5)),
      [
        ['1', '1', 'fno', 'relative-l2', '0.100 ± 0.010'],
        ['1', '1', 'unet', 'relative-l2', '0.110 ± 0.010'],
        ['3', '1', 'fno', 'energy', '0.300 ± 0.010'],
        ['—', '—', 'unet', 'energy', '—'],
      ],
    )
  })

  for (const [name, text] of Object.entries({ 'a page': whole, 'a page of hostile names': attacked })) {
    it(`loads nothing and runs nothing: ${name}`, () => {
      const tags = tagsOf(text)
      assert.ok(tags.length > 50)
      const forbidden = /^(script|iframe|object|embed|img|form|base|audio|video|source|foreignobject|use)$/
      assert.deepEqual(
        tags.filter((tag) => forbidden.test(tag.name)).map((tag) => tag.name),
        [],
      )
      for (const { name, attributes } of tags) {
        for (const [key, value] of attributes) {
          assert.ok(!/^on|^style$|^src/i.test(key), `${name} ${key}`)
          if (key === 'href' && name === 'a') assert.match(value, /^(#|https:\/\/(doi|arxiv)\.org\/)/)
          else if (key === 'href') assert.match(value, /^data:/, `${name} ${key}=${value}`)
        }
      }
      // What is left of the text between the tags has no markup in it.
      assert.ok(!text.includes('<script') && !text.includes('\u202E') && !/<img/.test(text))
    })

    it(`has a policy that allows its own style alone: ${name}`, () => {
      const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(text)!
      const [, style] = /<style>([\s\S]*)<\/style>/.exec(text)!
      const hash = createHash('sha256').update(style!).digest('base64')
      assert.equal(
        policy,
        `default-src 'none'; img-src data:; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
      )
      assert.ok(!/url\(|@import/.test(style!))
    })
  }

  it('has headings in order, one title, and links that lead somewhere', () => {
    const levels = [...whole.matchAll(/<h([1-6])/g)].map(([, level]) => Number(level))
    assert.deepEqual(levels, [1, 2, 3, 4, 2])
    const ids = new Set([...whole.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id))
    const links = [...whole.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id)
    assert.deepEqual(links, ['operators', 'operators-gaussian0.4-grid16', 'recompute'])
    assert.deepEqual(
      links.filter((id) => !ids.has(id)),
      [],
    )
    const labels = [...whole.matchAll(/aria-labelledby="([^"]+)"/g)].map(([, id]) => id)
    assert.deepEqual(
      labels.filter((id) => !ids.has(id)),
      [],
    )
  })

  it('claims no pair of model and loss that its tables may lack', () => {
    assert.match(
      whole,
      /<p class="lead">[^<]*All models and losses of a track are trained under one budget[^<]*<\/p>/,
    )
    assert.doesNotMatch(whole, /every loss/i)
  })

  it('holds its figures, without what they declare for files', () => {
    assert.ok(whole.includes('<svg width="1"><text>drawn</text></svg>'))
    assert.throws(
      () => page([{ board: board(), figures, pictures: new Map() }]),
      /figure a\.svg: not a plain SVG/,
    )
  })

  it('says of a made log that it is made, on the page and in Markdown', () => {
    const made = board({ standings: [standing(lines, { dataset: { ...standing([]).dataset, made: true } })] })
    assert.ok(page([{ board: made, figures: [], pictures: new Map() }]).includes(MADE))
    assert.ok(markdown(made).includes(`**${MADE}**`))
    assert.ok(!whole.includes(MADE) && !markdown(board()).includes(MADE))
  })

  it('says that a track has no runs, and that nothing is finished at all', () => {
    for (const standings of [[], [standing([])]]) {
      const empty = board({ standings })
      assert.equal(
        emptinessOf(empty),
        'No run of the track operators is finished yet. fieldrank run --profile smoke makes them.',
      )
      assert.ok(page([{ board: empty, figures: [], pictures: new Map() }]).includes(emptinessOf(empty)))
      assert.ok(markdown(empty).includes(emptinessOf(empty)))
    }
    assert.ok(page([]).includes('Nothing is finished yet.'))
  })
})

describe('reports/markdown', () => {
  it('is this page', () => {
    const [first] = lines
    const notes = notesOf(
      { metrics: standing([]).metrics, lines: [first!], resolution: 0.0123 },
      { level: 0.05, protocol: ['A rule.'] },
    )
    assert.equal(
      markdown(
        board({
          standings: [
            standing([first!], { notes: ['Of this table.', ...notes] }),
            standing([first!], { notes, rows: 9 }),
          ],
        }),
      ),
      `# operators

Operators.

## gaussian0.4_grid16 · 32 test rows

Fields. Version 1.0.0, CC-BY-4.0.

|   # | ranks | model | loss        | relative-l2 ↓ | weights | train | peak memory |
| --: | ----: | ----- | ----------- | ------------: | ------: | ----: | ----------: |
|   1 |     1 | fno   | relative-l2 | 0.100 ± 0.010 |   1.2 M | 310 s |     512 MiB |

- Of this table.
- Made by fieldrank 0.1.0: \`fieldrank run --profile smoke\`. All rows: device cpu, 2 threads; seed 0; by fieldrank.

## gaussian0.4_grid16 · 9 test rows

Fields. Version 1.0.0, CC-BY-4.0.

|   # | ranks | model | loss        | relative-l2 ↓ | weights | train | peak memory |
| --: | ----: | ----- | ----------- | ------------: | ------: | ----: | ----------: |
|   1 |     1 | fno   | relative-l2 | 0.100 ± 0.010 |   1.2 M | 310 s |     512 MiB |

- Made by fieldrank 0.1.0: \`fieldrank run --profile smoke\`. All rows: device cpu, 2 threads; seed 0; by fieldrank.

## Notes

- relative-l2: ‖x̂ − x‖ / ‖x‖.
- A rule.
- value ± one standard error of the mean over the test rows. Both are rounded by the rule of the Particle Data Group: the error keeps two digits if its three leading digits are below 355, else one; the value ends at the same decimal.
- Rank (#): 1 + the number of methods that are better in relative-l2, by a paired bootstrap over the test rows with Holm's correction for all pairs, at level 0.05. Equal ranks are ties; within a rank the better mean stands first. ranks: those that the test rows do not exclude. leaderboard.json has the p-value of each pair alone, under pairs.
- The smallest difference in relative-l2 that these rows can see: 0.012 (the median over all pairs of methods of the paired difference that a test at 5 % calls real in 80 % of samples like this one).
- weights: trainable numbers; not counted of a method that is fitted. train: wall-clock seconds. peak memory: the most the process of the run held. These are measured anew with every run; all else is repeatable.
`,
    )
  })

  it('adds what only some tables need', () => {
    const metrics = [ndcg]
    const several = [line({ seeds: [0, 1], scores: { 'ndcg@10': score(1e-4, 1e-5) } }), missing('a', 'b')]
    const notes = notesOf({ metrics, lines: several, resolution: null }, { level: 0.05, protocol: [] }).join(
      '\n',
    )
    for (const said of ['(1e-4)', 'k is the number after the @.', 'Several seeds:', '—: this run'])
      assert.ok(notes.includes(said), said)
    assert.deepEqual(notesOf({ metrics: [], lines: [], resolution: null }, { level: 0.05, protocol: [] }), [])
  })
})
