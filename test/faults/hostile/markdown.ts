/** A Markdown file as a reader of GitHub's Markdown takes it apart: blocks by line, cells by bars, what is left as text. */
import { unseenIn } from './plain-words.ts'

/** What is wrong with `text`, whose blocks must be those of `plain`; `rows` in each table but for head and rule. */
export function markdownFlaws(text: string, plain: string, what: string): string[] {
  const flaws: string[] = []
  const unseen = unseenIn(text)
  if (unseen !== null) flaws.push(`${what}: ${unseen}`)
  const [own, expected] = [kindsOf(text), kindsOf(plain)]
  const odd = own.findIndex((kind, i) => kind !== expected[i])
  if (odd !== -1 || own.length !== expected.length)
    flaws.push(
      `${what}: block ${odd} is ${own[odd]}, expected ${expected[odd]} (${own.length} of ${expected.length})`,
    )
  for (const table of text.match(/(?:^\|.*\n)+/gm) ?? []) flaws.push(...tableFlaws(table, what))
  for (const line of outsideFences(text)) {
    const left = activeIn(line)
    if (left !== null) flaws.push(`${what}: ${left} in ${JSON.stringify(line.slice(0, 200))}`)
  }
  return flaws
}

/** Rows of the tables, head and rule left out. */
export function tableRows(text: string): number[] {
  return (text.match(/(?:^\|.*\n)+/gm) ?? []).map((table) => table.trimEnd().split('\n').length - 2)
}

/** Each block as what begins it: rows of one table are one block. */
function kindsOf(text: string): string[] {
  const kinds = text.split('\n').map((line) => {
    const [, mark = ''] = /^(#{1,6} |\||- |\d+[.)] |> |```|-{3,}$|={2,}$|\s{4,}|$)/.exec(line) ?? []
    return line === '' ? 'empty' : mark === '' ? 'text' : mark
  })
  return kinds.filter((kind, i) => kind !== '|' || kinds[i - 1] !== '|')
}

function tableFlaws(table: string, what: string): string[] {
  const counts = table
    .trimEnd()
    .split('\n')
    .map((row) => row.replace(/\\[\s\S]/g, '').split('|').length)
  const odd = counts.findIndex((count) => count !== counts[0])
  return odd === -1
    ? []
    : [`${what}: row ${odd} of a table has ${counts[odd]! - 2} cells of ${counts[0]! - 2}`]
}

function outsideFences(text: string): string[] {
  return text
    .split(/^```/m)
    .filter((_, i) => i % 2 === 0)
    .flatMap((part) => part.split('\n'))
}

/** Markup that a stranger's words could have brought: tags, links, pictures, code. Ours are taken away first. */
function activeIn(line: string): string | null {
  const words = line
    .replace(/\\[!-/:-@[-`{-~]/g, '') // what is escaped is text
    .replace(/!\[[^\]]*\]\([\w.-]+\.svg\)/g, '') // our pictures
    .replace(/`fieldrank [^`]*`/, '') // our command
  const [found] =
    /<|`|\]\(|\]\[|\]:|\*\*(?!Take care|A made log)(?=\S)|&(?!amp;|lt;|gt;)/.exec(
      words.replace(/\*\*(Take care\.|A made log[^*]*)\*\*/g, ''),
    ) ?? []
  return found ?? null
}
