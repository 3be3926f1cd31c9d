/** A site that is made once, and for each test of a `describe` a page of Chromium on which nothing may go wrong. */
import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { listFiles } from '../../io/files.ts'
import { chromiumPath } from './chromium.ts'
import { FIELDS, type Made, makeSite } from './made.ts'
import { type Host, serve } from './serve.ts'

/** The table of the first board. */
export const BOARD = `[id='operators-${FIELDS}-table']`

export interface Session {
  made: Made
  host: Host
  page: Page
  pages: string[] // of the site
  go(path: string): Promise<unknown>
  /** The models of a board in the order shown, those that are hidden left out. */
  models(board?: string): Promise<(string | undefined)[]>
}

/** What it returns is filled in before each test. */
export function siteSession(): Session {
  let browser: Browser
  let wrong: string[] // what the console said, what was thrown, what the policy refused
  const session = {
    go: (path: string) => session.page.goto(`${session.host.url}/${path}`),
    models: (board = BOARD) =>
      session.page.$$eval(`${board} tbody tr`, (rows) =>
        rows
          .filter((row) => row.checkVisibility())
          .map((row) => row.querySelector('th')?.textContent?.slice(0, 4)),
      ),
  } as Session

  before(async () => {
    const site = await siteOfAll()
    Object.assign(session, site)
    session.host = await serve(site.made.out)
    browser = await chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox'] })
  })
  after(async () => {
    await browser?.close()
    await session.host?.close()
  })
  beforeEach(async () => {
    session.page = await browser.newPage()
    session.page.setDefaultTimeout(120_000) // a loaded machine takes its time
    wrong = watch(session.page)
  })
  afterEach(async () => {
    await session.page.close()
    assert.deepEqual(wrong, [])
  })
  return session
}

let site: Promise<Pick<Session, 'made' | 'pages'>> | undefined

/** All tests of a process look at one site. */
function siteOfAll(): Promise<Pick<Session, 'made' | 'pages'>> {
  site ??= makeSite().then(async (made) => {
    process.once('exit', () => rmSync(join(made.root, '..'), { recursive: true, force: true }))
    const pages = (await listFiles(made.out)).filter((file) => file.endsWith('.html'))
    return { made, pages }
  })
  return site
}

/** Whatever a reader of the console would see, and a dialog that a script of someone else opened. */
function watch(page: Page): string[] {
  const wrong: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) wrong.push(message.text())
  })
  page.on('pageerror', (error) => wrong.push(error.message))
  page.on('dialog', (dialog) => {
    wrong.push(`a script said ${dialog.message()}`)
    void dialog.dismiss()
  })
  return wrong
}
