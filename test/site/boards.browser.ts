/** `npm run test:site` (Debian: apt-get install chromium; elsewhere CHROMIUM=/path/to/it) runs all *.browser.ts: boards sorted, filtered, computed again. */
import assert from 'node:assert/strict'
import { LISTS } from './made.ts'
import { BOARD, siteSession } from './session.ts'

describe('boards in a browser', function () {
  this.timeout(300_000)
  const session = siteSession()
  it('draws every page without an error, a refused load or a request to anyone else', async () => {
    const { host, page, pages, go } = session
    const strangers: string[] = []
    page.on('request', (request) => {
      if (!request.url().startsWith(host.url) && !request.url().startsWith('data:'))
        strangers.push(request.url())
    })
    for (const path of pages) {
      await go(path)
      await page.waitForLoadState('networkidle')
      assert.equal(await page.evaluate(() => document.documentElement.dataset.script), '', path)
    }
    assert.deepEqual(strangers, [])
  })

  it('sorts by a click on a head: the better side first, then the other, ranks again', async () => {
    const { page, go, models } = session
    await go('index.html')
    assert.deepEqual(await models(), ['fno', '<img', 'unet'])
    const head = (name: string) => page.locator(`${BOARD} thead button`, { hasText: name })
    await head('train').click()
    assert.deepEqual(await models(), ['unet', '<img', 'fno'])
    assert.equal(await page.getAttribute(`${BOARD} th[aria-sort]`, 'aria-sort'), 'ascending')
    await head('train').click()
    assert.deepEqual(await models(), ['fno', '<img', 'unet'])
    await head('model').press('Enter') // by the keyboard
    assert.deepEqual(await models(), ['<img', 'fno', 'unet'])
    assert.equal(await page.locator(`${BOARD} th[aria-sort]`).count(), 1)
    await go('index.html')
    const lists = `[id='recommenders-${LISTS}-table']`
    await page.locator(`${lists} thead button`, { hasText: 'ndcg' }).click() // higher is better
    assert.deepEqual(await models(lists), ['mark', 'popu'])
  })

  it('filters by model, loss and text, in tables and plots, and says how many are left', async () => {
    const { page, go, models } = session
    await go('index.html')
    const shown = () => page.textContent('#shown')
    assert.equal(await shown(), '5 lines')
    await page.selectOption('#filters select[name=loss]', 'energy')
    assert.deepEqual([await models(), await shown()], [['unet'], '1 of 5 lines'])
    assert.equal(await page.locator('.cost a:visible').count(), 2) // its point in both plots
    await page.click('#filters button[type=reset]')
    await page.fill('#filters input[name=text]', 'FN l2')
    assert.deepEqual([await models(), await shown()], [['fno'], '1 of 5 lines'])
    await page.fill('#filters input[name=text]', 'nothing like it')
    assert.deepEqual([await models(), await shown()], [[], '0 of 5 lines'])
    await page.click('#filters button[type=reset]')
    assert.equal((await models()).length, 3)
  })

  it('computes the scores of a line again, and says that the board is right', async () => {
    const { host, page, go } = session
    await go('index.html')
    host.asked.length = 0
    await page.locator(`${BOARD} tr`, { hasText: 'fno' }).locator('.recompute').click()
    await page.waitForSelector('dialog .verdict')
    assert.equal(
      await page.textContent('dialog .verdict'),
      'The board is right: all 3 scores agree to 1e-12.',
    )
    const differences = await page.$$eval('dialog tbody tr', (rows) =>
      rows.map((row) => Number(row.lastElementChild?.textContent)),
    )
    assert.equal(differences.length, 3)
    assert.ok(
      differences.every((difference) => difference <= 1e-12),
      String(differences),
    )
    const data = host.asked.filter(({ path }) => path.endsWith('.parquet'))
    assert.ok(data.length >= 4 && data.every(({ status }) => status === 206), JSON.stringify(data))
    await page.keyboard.press('Escape')
    assert.equal(await page.locator('dialog').count(), 0)
    assert.equal(await page.evaluate(() => document.activeElement?.className.includes('recompute')), true)
  })

  it('computes lists again too, on the page of a method', async () => {
    const { page, go } = session
    await go('methods/recommenders/markov--none.html')
    await page.click('.recompute')
    await page.waitForSelector('dialog .verdict')
    assert.equal(
      await page.textContent('dialog .verdict'),
      'The board is right: all 2 scores agree to 1e-12.',
    )
  })

  it('says which stretch is damaged, and computes nothing from it', async () => {
    const { page, go } = session
    await page.route('**/predictions.parquet', async (route) => {
      const response = await route.fetch()
      const body = await response.body()
      body[body.length - 1]! ^= 1
      await route.fulfill({ response, body })
    })
    await go('methods/operators/unet--energy.html')
    await page.click('.recompute')
    await page.waitForSelector('dialog .verdict')
    assert.match(
      (await page.textContent('dialog .verdict'))!,
      /^predictions\.parquet: .* has the sha256 .* damaged/,
    )
    assert.equal(await page.locator('dialog table').count(), 0)
  })
})
