import assert from 'node:assert/strict'
import type { Chapter } from '../../../reports/site/contents.ts'
import { datasetPageOf } from '../../../reports/site/dataset-page.ts'
import { islandOf } from '../../../reports/site/document.ts'
import { indexPage } from '../../../reports/site/index-page.ts'
import { methodPageOf, methodsOf } from '../../../reports/site/method-page.ts'
import { chapterOf, HOSTILE_NAMES } from '../../site/hostile.ts'

/** Elements with the names of their attributes, as a browser would see them. */
function tagsOf(page: string): string[] {
  const [text] = page.split('<script type="application/json"')
  return [...text!.matchAll(/<(\/?[a-z!][^\s>/]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/gi)].map(
    ([, name, rest]) =>
      `${name} ${[...rest!.matchAll(/([\w:-]+)(?:="[^"]*")?/g)].map(([, key]) => key).join(' ')}`,
  )
}

const pagesOf = (chapter: Chapter) => [
  indexPage([chapter]),
  datasetPageOf(chapter.sets[0]!),
  methodPageOf(chapter, methodsOf(chapter)[0]!, new Map()),
]

describe('pages of a site, of hostile names', () => {
  // A link is made of `cite` and `by.url` only where they are one; none of these is.
  const plain = pagesOf(chapterOf(['a plain name'])).map(tagsOf)

  it(`have the elements and attributes of a plain name, whatever the name: ${HOSTILE_NAMES.length} of them`, () => {
    assert.ok(HOSTILE_NAMES.length >= 50 && plain.every((tags) => tags.length > 20))
    for (const name of HOSTILE_NAMES)
      for (const [i, page] of pagesOf(chapterOf([name])).entries()) {
        assert.deepEqual(tagsOf(page), plain[i], JSON.stringify(name))
        assert.equal(page.match(/<(?![a-z/!])/gi), null, JSON.stringify(name)) // no stray bracket
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
        assert.doesNotMatch(page, /[\u0000\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/, JSON.stringify(name))
      }
  })

  it('hold JSON that comes back as it was, and cannot end its element', () => {
    for (const name of HOSTILE_NAMES) {
      const island = islandOf({ [`${name}!`]: name })
      assert.match(island, /^[ -~]*$/)
      assert.doesNotMatch(island, /[<>&]/)
      assert.deepEqual(JSON.parse(island), { [`${name}!`]: name })
    }
  })
})

describe('the page of a dataset', () => {
  it('lists the files that fitted, though the first did not', () => {
    const [set] = chapterOf(['plain']).sets
    const shard = {
      sha256: '',
      bytes: 1,
      rows: 1,
      rowGroups: [],
      footer: { offset: 0, bytes: 1, sha256: '' },
    }
    const shards = [
      { ...shard, path: 'a.parquet', href: null },
      { ...shard, path: 'b.parquet', href: 'data/x/b.parquet' },
    ]
    const page = datasetPageOf({ ...set!, recipe: { ...set!.recipe, truth: { schema: {}, shards } } })
    assert.match(page, /href="[^"]*data\/x\/manifest\.json"/)
    assert.match(page, /href="[^"]*data\/x\/b\.parquet"/)
    assert.doesNotMatch(page, /a\.parquet</)
  })
})
