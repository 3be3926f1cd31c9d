/** Names that attack whoever shows them; drawn ones too, at smoke size (in full: npm run check:faults -- E7). */
import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { rng } from '../../math/rng.ts'
import { indexPage } from '../../reports/site/index-page.ts'
import { chapterOf, HOSTILE_NAMES } from './hostile.ts'
import { shown } from './hostile-strings.ts'
import { BOARD, siteSession } from './session.ts'

const SEED = 20260109

describe('hostile names in a browser', function () {
  this.timeout(300_000)
  const session = siteSession()
  it('reads hostile names as text: nothing runs, nothing loads, nothing turns around', async () => {
    const { page, pages, go } = session
    for (const path of pages.filter((name) => /index|img|operators/.test(name))) {
      await go(path)
      const seen = await page.evaluate(() => ({
        images: document.querySelectorAll('img[src="x"]').length,
        turned: document.body.textContent.includes('\u202E'),
      }))
      assert.deepEqual(seen, { images: 0, turned: false }, path)
    }
    await go('index.html')
    await page.locator(`${BOARD} tr`, { hasText: '<img' }).locator('.recompute').click()
    await page.waitForSelector('dialog .verdict.agrees')
    assert.match((await page.textContent('dialog h2'))!, /^<img src=x onerror="alert\(1\)">\uFFFDgpj/)
  })

  it(`runs nothing of a board with ${HOSTILE_NAMES.length} hostile names`, async () => {
    const { made, page, go, models } = session
    await writeFile(join(made.out, 'hostile.html'), indexPage([chapterOf(HOSTILE_NAMES)]))
    const strangers: string[] = []
    page.on('request', (request) => {
      if (!/^(data:|http:\/\/127\.0\.0\.1)/.test(request.url())) strangers.push(request.url())
    })
    await go('hostile.html')
    assert.equal((await models('table.board')).length, HOSTILE_NAMES.length)
    await page.fill('#filters input[name=text]', '<script>')
    for (const head of await page.locator('table.board thead button').all()) await head.click()
    assert.equal(await page.locator('main :is(script, iframe, style, img, body)').count(), 0)
    assert.deepEqual(strangers, [])
  })

  it(`shows 50 drawn strings as text, seed ${SEED}`, async () => {
    const { inputs, violations } = await shown(50, rng(SEED, 'faults', 'E7 hostile strings in Chromium'))
    assert.deepEqual(violations, [])
    assert.equal(inputs, 50)
  })
})
