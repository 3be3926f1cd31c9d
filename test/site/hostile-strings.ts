/** Hostile strings in Chromium: pages with many of them each, looked at, sorted, filtered, asked to compute. */
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import type { Rng } from '../../contracts.ts'
import { listFiles } from '../../io/files.ts'
import { type Tally, tally } from '../faults/checks.ts'
import { boardOf, CARD, SITE } from '../faults/hostile/boards.ts'
import { hostileStrings, TRACE } from '../faults/hostile/strings.ts'
import { BATCH } from '../faults/hostile/written.ts'
import { chromiumPath } from './chromium.ts'
import { elementsOf, filtered, shownOf, turnedIn } from './in-page.ts'
import { type Host, serve } from './serve.ts'

export async function shown(count: number, rng: Rng): Promise<Tally> {
  const seen = tally()
  const browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] })
  try {
    const plain = await plainElements(browser)
    const strings = hostileStrings(count, rng)
    for (let from = 0; from < count; from += BATCH) {
      const names = strings.slice(from, from + BATCH)
      const flaws = await opened(browser, names, rng, async (page, kind) => [
        ...(await page.evaluate(elementsOf))
          .filter((one) => !plain.has(one))
          .map((one) => `${kind}: element ${one}`),
        ...(await flawsOf(page, kind, names)),
      ])
      for (const name of names) {
        seen.fault()
        await seen.try(JSON.stringify(name), async () => null)
      }
      seen.violations.push(...flaws.map((flaw) => `strings ${from} to ${from + names.length}: ${flaw}`))
    }
  } finally {
    await browser.close()
  }
  return seen
}

/** Elements with the names of their attributes, on all pages of a board of plain words. */
async function plainElements(browser: Browser): Promise<Set<string>> {
  const names = Array.from({ length: 8 }, (_, i) => `plain ${i}`)
  const found: string[] = []
  await opened(browser, names, null, async (page, kind) => {
    found.push(...(await page.evaluate(elementsOf)))
    if (kind === 'index') found.push(...(await used(page, names)), ...(await page.evaluate(elementsOf)))
    return []
  })
  return new Set(found)
}

/** Opens the pages of a board; what the console said, who was asked, and what `look` finds. */
async function opened(
  browser: Browser,
  names: readonly string[],
  rng: Rng | null,
  look: (page: Page, kind: string) => Promise<string[]>,
): Promise<string[]> {
  const root = await boardOf(names)
  const host = await serve(root)
  const page = await browser.newPage()
  page.setDefaultTimeout(600_000) // a machine with other work stands still for minutes
  await page.addInitScript('globalThis.__name = (f) => f') // tsx names functions by a helper that a page lacks
  const flaws: string[] = []
  watch(page, host, flaws)
  try {
    for (const [kind, path] of await pagesOf(root, rng)) {
      await page.goto(`${host.url}/${path}`)
      await page.waitForLoadState('networkidle')
      flaws.push(...(await look(page, kind)))
    }
  } finally {
    await page.close()
    await host.close()
  }
  return flaws
}

/** All pages with many strings, and a few of those that have one in their name. */
async function pagesOf(root: string, rng: Rng | null): Promise<[kind: string, path: string][]> {
  const site = (await listFiles(join(root, SITE))).filter((path) => path.endsWith('.html'))
  const methods = site.filter((path) => path.startsWith('methods/'))
  const some = rng === null ? methods : Array.from({ length: 3 }, () => methods[rng.integer(methods.length)]!)
  return [
    ['report', 'report/index.html'],
    ['card', `${CARD}/card.html`],
    ['dataset', `${SITE}/${site.find((path) => path.startsWith('datasets/'))}`],
    ...some.map((path): [string, string] => ['method', `${SITE}/${path}`]),
    ['index', `${SITE}/index.html`],
  ]
}

async function flawsOf(page: Page, kind: string, names: readonly string[]): Promise<string[]> {
  const flaws = kind === 'index' ? await used(page, names) : []
  const turned = await page.evaluate(turnedIn)
  if (await page.evaluate((trace) => trace in globalThis, TRACE)) flaws.push('a script ran')
  if (turned !== null) flaws.push(`turned: ${turned}`)
  return flaws.map((flaw) => `${kind}: ${flaw}`)
}

/** Sorts by every head, filters by every name, computes a line again. */
async function used(page: Page, names: readonly string[]): Promise<string[]> {
  const flaws: string[] = []
  const lines = await page.evaluate(shownOf)
  if (lines.length !== names.length) flaws.push(`${lines.length} lines of ${names.length}`)
  for (const head of await page.locator('table.board thead button').all()) await head.click()
  const left = await page.evaluate(filtered)
  for (const [model, count] of left) if (count < 1) flaws.push(`no line is left by ${JSON.stringify(model)}`)
  await page.locator('.recompute').first().click()
  await page.waitForSelector('dialog .verdict')
  const turned = await page.evaluate(turnedIn)
  return turned === null ? flaws : [...flaws, `dialog: turned: ${turned}`]
}

function watch(page: Page, { url }: Host, flaws: string[]): void {
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) flaws.push(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => flaws.push(`thrown: ${error.message}`))
  page.on('request', (request) => {
    if (!request.url().startsWith(url) && !request.url().startsWith('data:'))
      flaws.push(`asked ${request.url()}`)
  })
  page.on('dialog', (dialog) => {
    flaws.push(`a script said ${dialog.message()}`)
    void dialog.dismiss()
  })
}
