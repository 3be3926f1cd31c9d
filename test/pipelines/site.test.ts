import assert from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fromBlob } from '../../io/byte-source.ts'
import { UserError } from '../../io/errors.ts'
import { listFiles } from '../../io/files.ts'
import { checkDataset } from '../../io/manifest.ts'
import { buildSite } from '../../pipelines/site.ts'
import { POLICY } from '../../reports/site/document.ts'
import { type Published, type Recipe, recompute } from '../../reports/site/recompute.ts'
import { FIELDS, HOSTILE, LISTS, type Made, makeSite } from '../site/made.ts'

describe('pipelines/site', function () {
  this.timeout(240_000) // two boards and a dozen charts; a loaded machine takes its time
  let made: Made
  let files: string[]
  const texts = new Map<string, string>()
  before(async () => {
    made = await makeSite()
    files = await listFiles(made.out)
    for (const file of files.filter((name) => name.endsWith('.html')))
      texts.set(file, await readFile(join(made.out, file), 'utf8'))
  })
  after(() => made.remove())
  const page = (name: string) => texts.get(name)!
  const dataOf = (text: string, id: string) =>
    JSON.parse(new RegExp(`<script type="application/json" id="${id}">(.*?)</script>`).exec(text)![1]!)
  const recipes = () => dataOf(page('index.html'), 'recipes') as Record<string, Recipe>
  const open = async ({ href, path }: Published) => {
    assert.ok(href !== null)
    return fromBlob(new Blob([await readFile(join(made.out, href))]), path)
  }

  it('has the index, a page per dataset and a page per method', () => {
    assert.deepEqual([...texts.keys()].filter((name) => !name.includes('img')).sort(), [
      `datasets/operators/${FIELDS}.html`,
      `datasets/recommenders/${LISTS}.html`,
      'index.html',
      'methods/operators/fno--relative-l2.html',
      'methods/operators/unet--energy.html',
      'methods/recommenders/markov--none.html',
      'methods/recommenders/popularity--none.html',
    ])
    assert.equal(texts.size, 8)
  })

  it('has links that lead to files and ids that are there', () => {
    for (const [name, text] of texts) {
      for (const [, link] of text.matchAll(/ (?:href|src)="([^"]*)"/g)) {
        if (/^(https:\/\/(doi|arxiv)\.org\/|data:)/.test(link!)) continue
        assert.doesNotMatch(link!, /^[a-z]+:|^\/\//i, `${name}: ${link}`)
        const [path, id] = link!.split('#')
        const target = path === '' ? name : join(dirname(name), path!)
        assert.ok(files.includes(target), `${name}: ${link} is no file of the site`)
        if (id !== undefined)
          assert.ok(page(target).includes(` id="${id}"`), `${name}: ${link} has no such place`)
      }
      const ids = [...text.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id)
      assert.equal(new Set(ids).size, ids.length, `${name}: an id twice`)
    }
  })

  it('has one policy on all pages, without inline code or anything unsafe', () => {
    assert.doesNotMatch(POLICY, /unsafe|https?:|\*/)
    for (const [name, text] of texts) {
      assert.ok(text.includes(`<meta http-equiv="Content-Security-Policy" content="${POLICY}">`), name)
      for (const [, attributes, body] of text.matchAll(/<script([^>]*)>(.*?)<\/script>/g)) {
        if (body !== '') assert.match(attributes!, /^ type="application\/json" id="\w+"$/, name)
      }
      assert.doesNotMatch(text, /<style|<[a-z][^<>]* (style|on[a-z]+)="/i, name)
    }
  })

  it('shows hostile names as text', () => {
    for (const [name, text] of texts) {
      const [body] = text.split('<script type="application/json"')
      assert.ok(!/<img src=x|\u202E|<script>/.test(text), name)
      assert.ok(!body!.includes('</script>') || body!.indexOf('</script>') < body!.indexOf('<body>'), name)
    }
    assert.ok(page('index.html').includes('&#60;img src=x onerror=&#34;alert(1)&#34;&#62;\uFFFDgpj.exe'))
    const lines = recipes()[`operators-${FIELDS}`]!.lines
    assert.ok(Object.values(lines).some((claim) => claim.name.startsWith(HOSTILE)))
  })

  it('keeps its scripts under 300 kB, licenses of what is bundled beside them', async () => {
    const scripts = await Promise.all(['site.js', 'theme.js'].map((name) => stat(join(made.out, name))))
    const total = scripts.reduce((sum, { size }) => sum + size, 0)
    assert.ok(total > 10_000 && total < 300_000, `${total} bytes`)
    const notices = await readFile(join(made.out, 'licenses.txt'), 'utf8')
    assert.match(notices, /hyparquet[\s\S]*MIT/i)
    assert.match(notices, /fzstd[\s\S]*MIT/i)
    const script = await readFile(join(made.out, 'site.js'), 'utf8')
    assert.doesNotMatch(script, /\beval\(|new Function|innerHTML|document\.write|https?:\/\/(?!www\.w3\.org)/)
  })

  it('computes every score of every board again, by the published files alone', async () => {
    let checked = 0
    for (const recipe of Object.values(recipes())) {
      for (const line of Object.keys(recipe.lines)) {
        const outcomes = await recompute(recipe, line, open, () => {})
        assert.deepEqual(
          outcomes.map(({ metric }) => metric),
          recipe.metrics,
        )
        for (const { metric, difference, agrees, board } of outcomes) {
          assert.ok(agrees && board > 0, `${line} ${metric}: ${difference}`)
          checked++
        }
      }
    }
    assert.equal(checked, 3 * 3 + 2 * 2)
  })

  it('does not agree where the board says another number', async () => {
    const recipe = recipes()[`operators-${FIELDS}`]!
    const claim = recipe.lines['fno--relative-l2']!
    const scores = { ...claim.scores, 'relative-l2': claim.scores['relative-l2']! * (1 + 1e-9) }
    const wrong = { ...recipe, lines: { it: { ...claim, scores } } }
    const outcomes = await recompute(wrong, 'it', open, () => {})
    assert.deepEqual(
      outcomes.map(({ agrees }) => agrees),
      [false, true, true],
    )
    await assert.rejects(
      recompute(recipe, 'nobody', open, () => {}),
      UserError,
    )
  })

  it('has the files of the datasets, their manifest, and pictures of the worst rows', async () => {
    const copied = join(made.out, 'data/operators', FIELDS)
    assert.deepEqual((await readdir(copied)).sort(), ['manifest.json', 'test-00000-of-00001.parquet'])
    assert.deepEqual(await checkDataset(copied), [`SHA256SUMS: missing from ${copied}`])
    const text = page('methods/operators/unet--energy.html')
    const pictures = [...text.matchAll(/<img class="pixels" src="([^"]*)" width="16" height="16"/g)]
    assert.equal(pictures.length, 2 * 3) // two rows; truth, prediction, error
    assert.match(text, /training loss energy/)
  })

  it('leaves out what is over the limit, and says so', async () => {
    const out = join(made.root, '../small')
    const { copies } = await buildSite({ root: made.root, out, limit: 0, log: () => {} })
    assert.deepEqual([copies.files, copies.bytes, copies.leftOut], [0, 0, 2 + 6])
    const index = await readFile(join(out, 'index.html'), 'utf8')
    const own = dataOf(index, 'recipes') as Record<string, Recipe>
    assert.ok(Object.values(own).every(({ truth }) => truth.shards.every(({ href }) => href === null)))
    assert.match(
      await readFile(join(out, `datasets/operators/${FIELDS}.html`), 'utf8'),
      /Its files are not part of this site/,
    )
    await rm(out, { recursive: true })
  })

  it('shows a board that an earlier version wrote', async () => {
    const path = join(made.root, 'reports/operators/leaderboard.json')
    const kept = await readFile(path, 'utf8')
    const added = ['groups', 'behind', 'pairs', 'intervals', 'pareto', 'resolution', 'overall']
    await writeFile(
      path,
      JSON.stringify(JSON.parse(kept), (key, value) => (added.includes(key) ? undefined : value)),
    )
    const out = join(made.root, '../earlier')
    await buildSite({ root: made.root, out, limit: 0, log: () => {} })
    const index = await readFile(join(out, 'index.html'), 'utf8')
    assert.equal(index.match(/class="front"/g)?.length, page('index.html').match(/class="front"/g)?.length)
    await writeFile(path, kept)
  })

  it('comes out equal to the byte, in place of the one before', async () => {
    const before = await readFile(join(made.out, 'index.html'))
    await writeFile(join(made.out, 'left-over.txt'), '')
    await buildSite({ root: made.root, out: made.out, limit: 1e9, log: () => {} })
    assert.deepEqual(await readFile(join(made.out, 'index.html')), before)
    assert.deepEqual(await listFiles(made.out), files)
  })

  it('does not replace a folder that is no site, nor make one of nothing', async () => {
    const other = join(made.root, '../other')
    await mkdir(other)
    await writeFile(join(other, 'thesis.tex'), 'years of work')
    await assert.rejects(
      buildSite({ root: made.root, out: other, limit: 0, log: () => {} }),
      /is no site of fieldrank/,
    )
    assert.deepEqual(await readdir(other), ['thesis.tex'])
    const empty = join(made.root, '../nothing')
    await assert.rejects(
      buildSite({ root: empty, out: join(empty, 'site'), limit: 0, log: () => {} }),
      (error: Error) => {
        return error instanceof UserError && error.message.includes(`--profile ${basename(empty)} makes it`)
      },
    )
  })

  it('refuses predictions that are not those of run.json', async () => {
    const path = join(made.root, 'runs/operators', FIELDS, 'run0_0/run.json')
    const kept = await readFile(path, 'utf8')
    await writeFile(path, kept.replace(/"sha256":"../, '"sha256":"00'))
    const out = join(made.root, '../damaged')
    await assert.rejects(buildSite({ root: made.root, out, limit: 0, log: () => {} }), /Damaged or outdated/)
    await writeFile(path, kept)
  })
})
