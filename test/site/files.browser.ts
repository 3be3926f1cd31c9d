/** Rows drawn from the Parquet, and a site that is opened from a disk. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FIELDS } from './made.ts'
import { BOARD, siteSession } from './session.ts'

describe('rows and files in a browser', function () {
  this.timeout(300_000)
  const session = siteSession()
  it('draws a row from the Parquet, and what a method predicts for it', async () => {
    const { page, go } = session
    await go(`datasets/operators/${FIELDS}.html`)
    const colors = (field: string) =>
      page.$eval(`canvas[data-field=${field}]`, (canvas) => {
        const { width, height } = canvas as HTMLCanvasElement
        const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height)
        return [
          width,
          height,
          new Set(Array.from({ length: width * height }, (_, i) => data.slice(4 * i, 4 * i + 3).join())).size,
        ]
      })
    const status = page.locator('#viewer .status')
    await status.filter({ hasText: 'Row 1 (place 0 in its files), its row group checked' }).waitFor()
    const [width, height, different] = await colors('k')
    assert.deepEqual([width, height], [17, 17])
    assert.ok(different! > 100)
    await page.click('#viewer button[name=after]')
    await status.filter({ hasText: 'Row 0 (place 1 in its files)' }).waitFor()
    await page.selectOption('#viewer select[name=line]', 'fno--relative-l2')
    await page.waitForSelector('canvas[data-field=error]:visible')
    assert.deepEqual((await colors('error')).slice(0, 2), [16, 16])
  })

  it('works from a file: says in a sentence what it cannot do, and does it with chosen files', async () => {
    const { made, page, models } = session
    await page.goto(pathToFileURL(join(made.out, 'index.html')).href)
    assert.deepEqual(await models(), ['fno', '<img', 'unet'])
    await page.locator(`${BOARD} thead button`, { hasText: 'train' }).click()
    assert.deepEqual(await models(), ['unet', '<img', 'fno'])
    await page.locator(`${BOARD} tr`, { hasText: 'unet' }).locator('.recompute').click()
    assert.match(
      (await page.textContent('dialog'))!,
      /opened from a file, and browsers let such a page read no other file by itself/,
    )
    const wanted = await page.$$eval('dialog .files-wanted li', (items) =>
      items.map((item) => item.textContent!),
    )
    await page.setInputFiles(
      '#recompute-files',
      wanted.map((path) => join(made.out, path)),
    )
    await page.waitForSelector('dialog .verdict')
    assert.match((await page.textContent('dialog .verdict'))!, /^The board is right: all 3/)
    await page.setInputFiles('#recompute-files', [join(made.out, wanted[0]!)])
    await page.waitForSelector('dialog .verdict.fails')
    assert.match((await page.textContent('dialog .verdict'))!, /not among the chosen files/)

    await page.goto(pathToFileURL(join(made.out, `datasets/operators/${FIELDS}.html`)).href)
    assert.match((await page.textContent('#viewer .status'))!, /opened from a file/)
    await page.setInputFiles('#viewer input[type=file]', [join(made.out, wanted[0]!)])
    await page.locator('#viewer .status', { hasText: 'Row 1 (place 0 in its files)' }).waitFor()
  })
})
