/** An HTML file as text: it may have the elements and attributes of a page of plain words, and no others. */
import { unseenIn } from './plain-words.ts'

export function htmlFlaws(text: string, plain: string, what: string): string[] {
  const flaws: string[] = []
  const known = new Set(tagsOf(plain))
  for (const tag of new Set(tagsOf(text))) if (!known.has(tag)) flaws.push(`${what}: element ${tag}`)
  const [body] = text.split('<script type="application/json"')
  const stray = /<(?![a-z/!])[\s\S]{0,60}/i.exec(body!)
  if (stray !== null) flaws.push(`${what}: a bracket is left: ${JSON.stringify(stray[0])}`)
  const unseen = unseenIn(text)
  if (unseen !== null) flaws.push(`${what}: ${unseen}`)
  for (const [, json] of text.matchAll(/<script type="application\/json"[^>]*>([\s\S]*?)<\/script>/g))
    if (/[^ -~]|[<>&]/.test(json!)) flaws.push(`${what}: its JSON is not plain`)
  return flaws
}

/** `a href rel`: names of an element and its attributes. */
function tagsOf(text: string): string[] {
  const [body] = text.split('<script type="application/json"')
  return [...body!.matchAll(/<(\/?[a-z!][^\s>/]*)((?:\s+[\w:-]+(?:="[^"]*")?)*)\s*\/?>/gi)].map(
    ([, name, rest]) =>
      `${name} ${[...rest!.matchAll(/([\w:-]+)(?:="[^"]*")?/g)].map(([, key]) => key).join(' ')}`,
  )
}
