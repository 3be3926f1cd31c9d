/** figures.json: which pictures belong to which dataset of a track; and the check that lets a picture into a page. */

export interface Figure {
  dataset: string
  title: string
  caption: string
  files: readonly string[] // SVG files beside figures.json, each with its own aria-label
}

/**
 * An SVG file as a part of a page, or an Error: only the elements and attributes that our pictures are made of, no
 * reference to anything outside of it, no style and no script. The page's policy forbids them too; this is the second lock.
 */
export function inlineSvg(svg: string, name: string): string {
  const rest = svg.trim().replace(TAG, (tag, element: string, attributes = '') => {
    if (!ELEMENTS.has(element)) throw new Error(`figure ${name}: element <${element}> is not allowed`)
    for (const [, key, value] of attributes.matchAll(ATTRIBUTE)) {
      const reference = key === 'href' && !/^data:image\/png;base64,[\w+/=]*$/.test(value!)
      const named = key!.startsWith('xmlns') || key === 'aria-label'
      const active = !named && /url\(|:\/\/|javascript:/i.test(value!)
      if (/^on|style|^id$/i.test(key!) || reference || active)
        throw new Error(`figure ${name}: attribute ${key} is not allowed`)
    }
    return tag.length > 0 ? '' : tag
  })
  if (!svg.startsWith('<svg ') || rest.includes('<')) throw new Error(`figure ${name}: not a plain SVG`)
  return svg.trim().replace(/ xmlns(?::xlink)?="[^"]*"/g, '')
}

const ELEMENTS = new Set(['svg', 'g', 'path', 'line', 'rect', 'text', 'tspan', 'image'])
const TAG = /<\/?([A-Za-z]+)((?:\s+[\w:-]+="[^"<]*")*)\s*\/?>/g
const ATTRIBUTE = /([\w:-]+)="([^"<]*)"/g
