/** What looks for hostile strings finds them: one planted flaw of each kind, beside a file without any. */
import assert from 'node:assert/strict'
import { rng } from '../../math/rng.ts'
import { csvFlaws } from './hostile/csv.ts'
import { htmlFlaws } from './hostile/html.ts'
import { markdownFlaws, tableRows } from './hostile/markdown.ts'
import { unseenIn } from './hostile/plain-words.ts'
import { hostileStrings } from './hostile/strings.ts'

describe('faults: what looks for hostile strings', () => {
  it('finds cells that begin a formula, at each separator, and records that fell apart', () => {
    const table = (cell: string) => `track,model,value\nt,${cell},-1.5e-7\nt,unet,2\n`
    const found = (cell: string) => csvFlaws(table(cell), 2).join('\n')
    assert.equal(found(`"'=1+1"`), '')
    assert.equal(found(`"a;'=1+1"`), '')
    for (const cell of ['=1+1', '"=1+1"', ' @a', '"a;=1+1"', '"a;""=1+1"""', '\uFF1D1'])
      assert.match(found(cell), /begins a formula/, cell)
    assert.match(found('a,b'), /record 0 has 4 fields of 3/)
    assert.match(found('a\nb'), /3 records, expected 2/)
    assert.match(found('a\u202Eb'), /U\+202E/)
  })

  it('finds markup, cells and blocks that Markdown does not keep', () => {
    const page = (name: string) =>
      `# Board\n\n| model | n |\n| --- | --: |\n| ${name} | 1 |\n| b | 2 |\n\n- a note\n`
    const found = (name: string) => markdownFlaws(page(name), page('plain'), 'x').join('\n')
    assert.equal(found('a\\|b \\[c\\](d) &lt;e&gt;'), '')
    assert.match(found('a|b'), /has 3 cells of 2/)
    assert.match(found('a\n\n# b'), /block \d is .*, expected/)
    for (const name of ['<b>', '[a](b)', '`a`', '&#60;', '**a**']) assert.match(found(name), / in "\| /, name)
    assert.deepEqual(tableRows(page('a')), [2])
  })

  it('finds elements, attributes, brackets and characters that a page of plain words lacks', () => {
    const page = (name: string) => `<p title="${name}">${name}</p><script type="application/json">{}</script>`
    const found = (name: string) => htmlFlaws(page(name), page('plain'), 'x').join('\n')
    assert.equal(found('&#60;b&#62;'), '')
    assert.match(found('<b>'), /element b/)
    assert.match(found('" onclick="x'), /element p title onclick/)
    assert.match(found('1 < 2'), /a bracket is left/)
    assert.match(found('\u2066a'), /U\+2066/)
    assert.match(htmlFlaws(page('a').replace('{}', '{"a":"é"}'), page('a'), 'x').join(), /JSON is not plain/)
  })

  it('knows joiners from what cannot be seen', () => {
    assert.equal(unseenIn('می‌خواهم 👩‍🔬\n'), null)
    assert.match(unseenIn('a\u{E0041}b')!, /^U\+E0041 in /)
  })

  it('draws different strings, the same of the same seed', () => {
    const drawn = hostileStrings(300, rng(1, 'strings'))
    assert.equal(new Set(drawn).size, 300)
    assert.deepEqual(hostileStrings(300, rng(1, 'strings')), drawn)
    assert.ok(drawn.every((text) => text.length >= 1 && text.length <= 200))
    for (const kind of [
      /<script>/i,
      /[\u202A-\u202E\u2066-\u2069]/,
      /^[=+\-@]/,
      /[\u0590-\u06FF]/,
      /\|/,
      /;=/,
    ])
      assert.ok(
        drawn.some((text) => kind.test(text)),
        String(kind),
      )
  })
})
