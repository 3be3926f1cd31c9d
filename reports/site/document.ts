/**
 * What every page of a site has. Its policy allows what lies beside it and nothing from anywhere else: no inline script or
 * style, no string that becomes code (Trusted Types). Works from a file too: links are relative, scripts are no modules.
 */
import { html, type Markup, trusted } from '../html.ts'
import { INDEX, rootFrom } from './address.ts'

export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

export interface Page {
  path: string // from the root of the site: 'methods/operators/fno--relative-l2.html'
  title: string
  trail: readonly Markup[] // links above this page, below the index
  main: Markup
  data?: { readonly [id: string]: unknown } // what the script needs, as blocks of JSON
}

export function siteDocument({ path, title, trail, main, data = {} }: Page): string {
  const root = rootFrom(path)
  const blocks = Object.entries(data).map(
    ([id, value]) => html`<script type="application/json" id="${id}">${trusted(islandOf(value))}</script>\n`,
  )
  return html`<!doctype html>
<html lang="en" data-root="${root}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}style.css">
<script src="${root}theme.js"></script>
<script src="${root}site.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="bar">
<nav aria-label="Site"><a class="home" href="${root}${INDEX}">fieldrank</a>${trail.map((link) => html` <span aria-hidden="true">/</span> ${link}`)}</nav>
<button type="button" id="theme" class="needs-script">theme: auto</button>
</header>
<main id="main" tabindex="-1">
${main}
</main>
<footer>Static files, no requests to anyone else. Every score can be computed again on its board, from the published predictions.</footer>
${blocks}</body>
</html>
`.markup
}

/** JSON inside a script element: nothing in it can end the element, begin a comment or turn the direction of text. */
export function islandOf(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^ -~]|[<>&]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
