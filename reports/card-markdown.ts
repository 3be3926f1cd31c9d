/** A card as Markdown: card.md, its pictures beside it. */
import type { Block, Card, Making } from './card.ts'
import { makingBlocks } from './card-making.ts'
import { sentence } from './notes.ts'
import { escapeMarkdown } from './text.ts'

export function cardMarkdown(card: Card, making: Making | null): string {
  const parts = [
    `# ${escapeMarkdown(card.name)}`,
    escapeMarkdown(sentence(card.about)),
    escapeMarkdown(card.cite === null ? card.source : `${card.source} · ${card.cite}`),
  ]
  const time = { title: 'Time and machine', blocks: makingBlocks(making) }
  for (const { title, blocks } of [...card.sections, time])
    parts.push(`## ${escapeMarkdown(title)}`, ...blocks.map(blockText))
  return `${parts.join('\n\n')}\n`
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'text':
      return escapeMarkdown(block.text)
    case 'warning':
      return `> **Take care.** ${escapeMarkdown(block.text)}`
    case 'list':
      return block.items.map((item) => `- ${escapeMarkdown(item)}`).join('\n')
    case 'code':
      return `\`\`\`${block.language}\n${block.text}\n\`\`\``
    case 'figure': {
      const pictures = block.pictures.map(({ file, alt }) => `![${escapeMarkdown(alt)}](${file})`)
      return `${pictures.join(' ')}\n\n_${escapeMarkdown(block.caption)}_`
    }
    case 'table':
      return tableText(block)
  }
}

function tableText({ head, rows, numbers }: Block & { kind: 'table' }): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, c) => (numbers.includes(c) ? '---:' : '---'))
  return [
    line(head.map(escapeMarkdown)),
    line(rule),
    ...rows.map((row) => line(row.map(escapeMarkdown))),
  ].join('\n')
}

/**
 * A picture as a file of its own: on its own ground, `currentColor` is black, so dark pages would hide it. The text follows
 * what the reader prefers, as browsers and code hosts tell pictures.
 */
export function standalone(svg: string): string {
  return svg.replace(/^(<svg [^>]*>)/, `$1${OWN_GROUND}`)
}

/** What `standalone` was given: a part of a page takes the colors of the page. */
export function plainOf(file: string): string {
  return file.replace(OWN_GROUND, '')
}

const OWN_GROUND = '<style>svg{color:#1b1b1b}@media(prefers-color-scheme:dark){svg{color:#e6e6e6}}</style>'
