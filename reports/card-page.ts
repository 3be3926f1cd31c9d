/** A card as one HTML file (document.ts): its pictures inside it. */
import type { Block, Card, Making, Section } from './card.ts'
import { makingBlocks } from './card-making.ts'
import { citation, htmlDocument } from './document.ts'
import { inlineSvg } from './figures.ts'
import { html, type Markup, trusted } from './html.ts'
import { sentence } from './notes.ts'

export function cardPage(card: Card, making: Making | null): string {
  const sections = [...card.sections, { title: 'Time and machine', blocks: makingBlocks(making) }]
  const links = sections.map(({ title }) => html`<li><a href="#${idOf(title)}">${title}</a></li>\n`)
  const header = html`<h1>${card.name}</h1>
<p class="lead">${sentence(card.about)}</p>
<p class="soft"><bdi>${card.source}</bdi>${card.cite !== null && html` · ${citation(card.cite)}`}</p>
<nav aria-label="Contents"><ul>
${links}</ul></nav>`
  return htmlDocument(`${card.name}, a dataset of fieldrank`, {
    header,
    main: html`${sections.map(sectionOf)}`,
  })
}

export function sectionOf({ title, blocks }: Section): Markup {
  return html`<section aria-labelledby="${idOf(title)}">
<h2 id="${idOf(title)}">${title}</h2>
${blocks.map((block) => html`${blockOf(block, title)}\n`)}</section>
`
}

function blockOf(block: Block, title: string): Markup {
  switch (block.kind) {
    case 'text':
      return html`<p>${block.text}</p>`
    case 'warning':
      return html`<p class="warning"><strong>Take care.</strong> ${block.text}</p>`
    case 'list':
      return html`<ul class="points">${block.items.map((item) => html`<li>${item}</li>`)}</ul>`
    case 'code':
      return html`<pre>${block.text.split('\n').map((line, i) => html`${i > 0 && trusted('\n')}${line}`)}</pre>` // text is escaped line by line: an escape makes breaks spaces
    case 'figure': {
      const panels = block.pictures.map(({ svg, file }) => trusted(inlineSvg(svg, file)))
      return html`<figure><div class="panels">${panels}</div><figcaption>${block.caption}</figcaption></figure>`
    }
    case 'table':
      return tableOf(block, title)
  }
}

function tableOf({ head, rows, numbers }: Block & { kind: 'table' }, title: string): Markup {
  const kind = (c: number) => (numbers.includes(c) ? html` class="number"` : null)
  const heads = head.map((text, c) => html`<th scope="col"${kind(c)}>${text}</th>`)
  const cells = (row: readonly string[]) =>
    row.map((text, c) =>
      c === 0 ? html`<th scope="row"><bdi>${text}</bdi></th>` : html`<td${kind(c)}>${text}</td>`,
    )
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${title}, a table"><table class="facts">
<thead><tr>${heads}</tr></thead>
<tbody>
${rows.map((row) => html`<tr>${cells(row)}</tr>\n`)}</tbody>
</table></div>`
}

function idOf(title: string): string {
  return title.toLowerCase().replace(/[^a-z0-9]+/g, '-')
}
