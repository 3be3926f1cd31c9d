import assert from 'node:assert/strict'
import fc from 'fast-check'
import { html } from '../../reports/html.ts'
import {
  citationLink,
  escapeCsv,
  escapeHtml,
  escapeMarkdown,
  httpsOnly,
  visible,
} from '../../reports/text.ts'

const BIDI = 'abc\u202Etxt.exe' // RIGHT-TO-LEFT OVERRIDE, which shows as abcexe.txt

describe('reports/text', () => {
  it('makes visible what hides', () => {
    assert.equal(visible(BIDI), 'abc\uFFFDtxt.exe')
    assert.equal(visible('a\u200Bb\u2066c\u0000d\uFEFF'), 'a\uFFFDb\uFFFDc\uFFFDd\uFFFD')
    assert.equal(visible('one\r\ntwo\tthree'), 'one two three')
    assert.equal(visible('a\u180E\u{E0041}b'), 'a\uFFFD\uFFFDb') // a tag: text that no reader sees
    assert.equal(visible('lone \uD800 surrogate'), 'lone \uFFFD surrogate')
    assert.equal(visible('می‌خواهم 👩‍🔬 ‖x̂‖'), 'می‌خواهم 👩‍🔬 ‖x̂‖')
  })

  it('escapes HTML in text and in quoted attributes', () => {
    assert.equal(escapeHtml(`<b a="1" c='2'>&\``), '&#60;b a=&#34;1&#34; c=&#39;2&#39;&#62;&#38;&#96;')
    const hostile = '"><script>alert(1)</script>'
    assert.equal(
      html`<p title="${hostile}">${[1, hostile.slice(2, 10), html`<b>!</b>`, false, null]}</p>`.markup,
      '<p title="&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;">1&#60;script&#62;<b>!</b></p>',
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => !/[<>"'`\u202E\n]/.test(escapeHtml(text))),
      { seed: 2 },
    )
  })

  it('escapes Markdown, but leaves names as people write them', () => {
    assert.equal(escapeMarkdown('gaussian0.4_grid16 · relative-l2'), 'gaussian0.4_grid16 · relative-l2')
    assert.equal(
      escapeMarkdown('a|b `c` [d](e) *f* _g_ <h>'),
      'a\\|b \\`c\\` \\[d\\](e) \\*f\\* \\_g\\_ &lt;h&gt;',
    )
    assert.equal(escapeMarkdown('# no heading'), '\\# no heading')
    assert.equal(escapeMarkdown('1. no list'), '1\\. no list')
    assert.equal(escapeMarkdown('- no list\n\n<img src=x>'), '\\- no list &lt;img src=x&gt;')
    assert.equal(escapeMarkdown('0.5 ± 0.1'), '0.5 ± 0.1')
  })

  it('writes CSV that no spreadsheet takes for a formula', () => {
    assert.equal(escapeCsv('=1+1'), `"'=1+1"`)
    for (const first of ['=', '+', '-', '@', '＝', ' =', '\t=', '\r='])
      assert.match(escapeCsv(`${first}cmd|' /C calc'!A0`), /^"'/, JSON.stringify(first))
    assert.equal(escapeCsv('say "hi", you'), '"say ""hi"", you"')
    assert.equal(escapeCsv('a;=1+1; "-b'), `"a;'=1+1;' ""-b"`) // two cells more where a semicolon separates
    assert.equal(escapeCsv('fno; unet'), 'fno; unet')
    assert.equal(escapeCsv('fno'), 'fno')
    assert.equal(escapeCsv(-1.5e-7), '-1.5e-7') // a number is no formula
    assert.equal(escapeCsv(null), '')
    assert.equal(escapeCsv('a\nb'), 'a b') // one record, one line
  })

  it('links to https alone', () => {
    assert.equal(httpsOnly('https://example.org/a'), 'https://example.org/a')
    const others = [
      'http://example.org',
      'javascript:alert(1)',
      'data:text/html,x',
      '//example.org',
      'https://a:b@c.org',
    ]
    for (const url of [...others, 'x', undefined]) assert.equal(httpsOnly(url?.replace('a:b@', 'u:p@')), null)
    assert.equal(citationLink('arXiv:2406.04709'), 'https://arxiv.org/abs/2406.04709')
    assert.equal(citationLink('doi:10.1145/3640457.3688140'), 'https://doi.org/10.1145/3640457.3688140')
    for (const cite of ['arXiv:"><script>', 'Smith 2020', 'javascript:alert(1)'])
      assert.equal(citationLink(cite), null)
  })
})
