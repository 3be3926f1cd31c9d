/**
 * First view, theme, accessibility, phone. Screenshots of each page, light and dark, wide and narrow, are left in
 * test/site/artifacts/. FIELDRANK_SITE=folder takes them of that site.
 */
import assert from 'node:assert/strict'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { listFiles } from '../../io/files.ts'
import { serve } from './serve.ts'
import { siteSession } from './session.ts'

const ARTIFACTS = join(import.meta.dirname, 'artifacts')
const AXE = join(import.meta.dirname, '../../node_modules/axe-core/axe.min.js')

describe('how the site looks in a browser', function () {
  this.timeout(300_000)
  const session = siteSession()
  it('says how soon the first view of the index is there', async () => {
    const { page, go } = session
    const times: number[] = []
    for (let i = 0; i < 5; i++) {
      await go('index.html')
      await page.waitForFunction(() => performance.getEntriesByName('first-contentful-paint').length > 0)
      times.push(
        await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]!.startTime),
      )
    }
    assert.ok(times.every((time) => time > 0)) // a time is printed, never asserted
    const [least] = times.sort((a, b) => a - b)
    console.log(`      first view after ${Math.round(least!)} ms on loopback, the least of ${times.length}`)
  })

  it('keeps the theme that was chosen, from page to page', async () => {
    const { page, go } = session
    const theme = () =>
      page.evaluate(() => [
        document.documentElement.dataset.theme,
        getComputedStyle(document.body).backgroundColor,
      ])
    await go('index.html')
    await page.click('#theme')
    await page.click('#theme')
    assert.deepEqual(await theme(), ['dark', 'rgb(22, 24, 26)'])
    await page.click('.board tbody a')
    await page.waitForURL('**/methods/**')
    assert.deepEqual(await theme(), ['dark', 'rgb(22, 24, 26)'])
    await page.click('#theme')
    assert.deepEqual(await theme(), [undefined, 'rgb(255, 255, 255)'])
  })

  it('has no serious finding of axe-core on any page, in light and in dark, nor in the dialog', async () => {
    const { page, pages, go } = session
    const axe = await readFile(AXE, 'utf8')
    const found: string[] = []
    const check = async (where: string) => {
      await page.evaluate(`${axe}; undefined`) // through the debugger, which the policy does not bind
      const results = await page.evaluate(() => (globalThis as unknown as { axe: Axe }).axe.run())
      for (const { id, impact, nodes } of results.violations)
        if (impact === 'serious' || impact === 'critical') found.push(`${where}: ${id} ${nodes[0]?.html}`)
    }
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme })
      for (const path of pages) {
        await go(path)
        await check(`${path} ${colorScheme}`)
      }
    }
    await go('index.html')
    await page.click('.recompute')
    await page.waitForSelector('dialog .verdict')
    await check('dialog')
    assert.deepEqual(found, [])
  })

  it('is as wide as a phone on a phone, and leaves a picture of each page', async () => {
    const { host, page, pages } = session
    const own = process.env.FIELDRANK_SITE
    const shown = own === undefined ? host : await serve(own)
    const paths = own === undefined ? pages : (await listFiles(own)).filter((file) => file.endsWith('.html'))
    await rm(ARTIFACTS, { recursive: true, force: true })
    await mkdir(ARTIFACTS, { recursive: true })
    try {
      for (const [colorScheme, width] of [
        ['light', 1280],
        ['dark', 1280],
        ['light', 360],
        ['dark', 360],
      ] as const) {
        await page.emulateMedia({ colorScheme })
        await page.setViewportSize({ width, height: 800 })
        for (const path of paths) {
          await page.goto(`${shown.url}/${path}`)
          await page.$$eval('img[loading=lazy]', (images) =>
            images.forEach((image) => {
              image.removeAttribute('loading')
            }),
          )
          await page.waitForLoadState('networkidle')
          const name = path.replace(/[^\w.-]+/g, '-').replace(/\.html$/, '')
          await page.screenshot({
            path: join(ARTIFACTS, `${name}-${colorScheme}-${width}.png`),
            fullPage: true,
          })
          assert.equal(
            await page.evaluate(() => document.documentElement.scrollWidth),
            width,
            `${path} scrolls sideways`,
          )
        }
      }
    } finally {
      if (shown !== host) await shown.close()
    }
  })
})

interface Axe {
  run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>
}
