/**
 * What every page of ours has: one HTML file without scripts and without a single request. Its policy allows its own style
 * sheet (by hash) and pictures inside the file, nothing else.
 */
import { createHash } from 'node:crypto'
import { html, type Markup, trusted } from './html.ts'
import { STYLE } from './page-style.ts'
import { citationLink } from './text.ts'

export function htmlDocument(title: string, { header, main }: { header: Markup; main: Markup }): string {
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${hashOf(STYLE)}'; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(STYLE)}</style>
</head>
<body>
<header>
${header}
</header>
<main>
${main}
</main>
<footer>This page loads nothing and runs nothing: it can be kept, sent and opened as one file.</footer>
</body>
</html>
`.markup
}

/** A citation, with a link where it is one of `doi:…` and `arXiv:…`. Set apart, whatever direction its words have. */
export function citation(cite: string): Markup {
  const link = citationLink(cite)
  return link === null ? html`<bdi>${cite}</bdi>` : html`<a href="${link}" rel="noreferrer">${cite}</a>`
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64')
}
