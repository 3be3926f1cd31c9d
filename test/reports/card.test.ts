import assert from 'node:assert/strict'
import type { Card, Making } from '../../reports/card.ts'
import { cardMarkdown, standalone } from '../../reports/card-markdown.ts'
import { cardPage } from '../../reports/card-page.ts'
import { columnsTable, filesTable, grouped, quantilesTable, shortNumber } from '../../reports/card-tables.ts'
import { viridis } from '../../reports/colormap.ts'
import { inlineSvg } from '../../reports/figures.ts'
import { panelSvg } from '../../reports/panel.ts'

const svg = panelSvg({
  title: 'x',
  alt: 'a field',
  n: 2,
  values: [1, 2, 3, 4],
  range: { low: 1, high: 4 },
  map: viridis,
})
const card: Card = {
  name: 'toy',
  about: 'A <toy>',
  source: 'Version 1.0.0 · CC0 · track operators',
  cite: 'arXiv:2406.04709',
  sections: [
    {
      title: 'All of it',
      blocks: [
        { kind: 'text', text: 'a & b | c' },
        { kind: 'warning', text: 'hot' },
        { kind: 'list', items: ['one', 'two <b>'] },
        { kind: 'table', head: ['name', 'n'], rows: [['a|b', '1']], numbers: [1] },
        { kind: 'code', language: 'ts', text: 'if (a < b)\n  go()' },
        { kind: 'figure', caption: 'A picture.', pictures: [{ file: 'x.svg', alt: 'a field', svg }] },
      ],
    },
  ],
}
const making: Making = {
  stages: [
    { id: 'fields@x', seconds: 2, on: '2 × CPU' },
    { id: 'solve@x', seconds: 0.5, on: '2 × CPU' },
  ],
}

describe('reports/card', () => {
  it('is written as Markdown', () => {
    const text = cardMarkdown(card, making)
    assert.match(
      text,
      /^# toy\n\nA &lt;toy&gt;\.\n\nVersion 1\.0\.0 · CC0 · track operators · arXiv:2406\.04709\n\n## All of it\n\na &amp; b \\\| c\n\n> \*\*Take care\.\*\* hot\n\n- one\n- two &lt;b&gt;\n\n/,
    )
    assert.match(text, /\| name \| n \|\n\| --- \| ---: \|\n\| a\\\|b \| 1 \|\n/)
    assert.match(text, /```ts\nif \(a < b\)\n {2}go\(\)\n```\n\n!\[a field\]\(x\.svg\)\n\n_A picture\._\n/)
    assert.match(text, /## Time and machine\n\n2\.5 s in all\. [\s\S]*\| fields@x \| 2\.0 s \| 2 × CPU \|/)
    assert.match(
      cardMarkdown(card, null),
      /Not recorded: this dataset was not made by a run of the pipeline\.\n$/,
    )
  })

  it('is written as one HTML file that loads nothing', () => {
    const text = cardPage(card, making)
    assert.match(text, /<title>toy, a dataset of fieldrank<\/title>/)
    assert.match(text, /<p class="lead">A &#60;toy&#62;\.<\/p>/)
    assert.match(text, /<a href="https:\/\/arxiv\.org\/abs\/2406\.04709" rel="noreferrer">/)
    assert.match(text, /<pre>if \(a &#60; b\)\n {2}go\(\)<\/pre>/)
    assert.match(text, /<th scope="row"><bdi>a\|b<\/bdi><\/th><td class="number">1<\/td>/)
    assert.doesNotMatch(text, /<script|<link rel="stylesheet"| src=/)
    const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
    const links = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id)
    assert.deepEqual(links, ids) // every section is in the contents, once
  })

  it('gives pictures of their own a color in light and in dark; pages do not let that style in', () => {
    const file = standalone(svg)
    assert.match(
      file,
      /^<svg [^>]*><style>svg\{color:#1b1b1b\}@media\(prefers-color-scheme:dark\)\{svg\{color:#e6e6e6\}\}<\/style>/,
    )
    assert.throws(() => inlineSvg(file, 'x.svg'), /element <style> is not allowed/)
  })

  it('has tables of files, columns and quantiles', () => {
    const file = {
      path: 'train.parquet',
      sha256: '',
      bytes: 123_456,
      rows: 1500,
      rowGroups: [],
      footer: { offset: 0, bytes: 0, sha256: '' },
    }
    const dataset = {
      name: 'toy',
      track: 't',
      version: '1.0.0',
      license: 'x',
      about: 'x',
      params: {},
      facts: {},
      schema: {
        k: { type: 'f32', shape: [3, 3], about: 'cells' },
        history: { type: 'i32', shape: ['*'], about: 'items' },
      },
      shards: [
        { ...file, split: 'train' },
        { ...file, path: 'b', split: 'train' },
      ],
      tables: [{ ...file, path: 'items.parquet', rows: 7 }],
    } as const
    assert.deepEqual(filesTable(dataset).rows, [
      ['train', '3,000', '2', '0.2'],
      ['items.parquet', '7', '1', '0.1'],
    ])
    assert.deepEqual(columnsTable(dataset).rows, [
      ['k', 'f32 [3 × 3]', 'cells'],
      ['history', 'list of i32', 'items'],
    ])
    assert.deepEqual(quantilesTable([['r', Float64Array.of(1e-15, 3e-15, 2e-15)]]).rows[0]!.slice(0, 3), [
      'r',
      '1.00e-15',
      '2.00e-15',
    ])
  })

  it('shortens numbers', () => {
    assert.deepEqual([0, 5, 1234, 12.345, 0.5, 2.5e-9, 3e8, Infinity, Number.NaN].map(shortNumber), [
      '0',
      '5',
      '1,234',
      '12.3',
      '0.500',
      '2.50e-9',
      '3.00e+8',
      '∞',
      '—',
    ])
    assert.equal(grouped(1234567), '1,234,567')
  })
})
