import assert from 'node:assert/strict'
import { inlineSvg } from '../../reports/figures.ts'

describe('reports/figures', () => {
  it('lets a plain picture in', () => {
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="2"><g><text x="1">a &lt;b&gt; onload=1</text></g><line x1="0"/></svg>\n'
    assert.equal(
      inlineSvg(svg, 'a.svg'),
      '<svg width="2"><g><text x="1">a &lt;b&gt; onload=1</text></g><line x1="0"/></svg>',
    )
  })

  const hostile = {
    'a script': '<script>alert(1)</script>',
    'a handler': '<g onclick="alert(1)"/>',
    'a style': '<g style="fill:red"/>',
    'HTML inside': '<foreignObject><b/></foreignObject>',
    'a link': '<a href="https://example.org"/>',
    'a remote picture': '<image href="https://example.org/a.png"/>',
    'a picture that is an SVG': '<image href="data:image/svg+xml;base64,AAAA"/>',
    'a remote paint': '<rect fill="url(https://example.org/a)"/>',
    'a reference by xlink': '<image xlink:href="https://example.org/a.png"/>',
    'an unquoted attribute': '<g onclick=alert(1)>',
    'a comment': '<!-- x -->',
    'an entity': '<!DOCTYPE svg [<!ENTITY a "b">]>',
    'a name that could meet another': '<g id="recompute"/>',
  }
  for (const [what, inner] of Object.entries(hostile)) {
    it(`refuses ${what}`, () => {
      assert.throws(() => inlineSvg(`<svg width="1">${inner}</svg>`, 'a.svg'), /^Error: figure a\.svg: /)
    })
  }

  it('refuses what is no SVG', () => {
    assert.throws(() => inlineSvg('', 'a.svg'), /not a plain SVG/)
    assert.throws(() => inlineSvg('<p>hello</p>', 'a.svg'), /element <p> is not allowed/)
  })
})
