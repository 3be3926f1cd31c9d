/** Where things lie in a site: names that any file system and any URL take, whatever a model or a dataset is called. */
import { createHash } from 'node:crypto'

export const INDEX = 'index.html'

/** A name as a file name. What had to be changed gets a piece of its hash, so that two names never share a file. */
export function slug(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, 80)
  if (plain === name && plain !== '') return plain
  const mark = createHash('sha256').update(name).digest('hex').slice(0, 8)
  return plain === '' ? mark : `${plain}-${mark}`
}

/** `cubic0.1_grid32` keeps its underscore, as the names of our own datasets and runs do. */
export function slugs(...names: readonly string[]): string {
  return names.map((name) => name.split('_').map(slug).join('_')).join('_')
}

export function datasetPage(track: string, dataset: string): string {
  return `datasets/${slug(track)}/${slugs(dataset)}.html`
}

/** Of a model with a loss: their two names never run into each other, since a slug has no double dash. */
export function methodSlug({ model, loss }: { model: string; loss: string }): string {
  return `${slugs(model)}--${slugs(loss)}`
}

export function methodPage(track: string, method: { model: string; loss: string }): string {
  return `methods/${slug(track)}/${methodSlug(method)}.html`
}

/** The id of a board, of its line, and of what belongs to either, on any page. */
export function boardId(track: string, dataset: string): string {
  return `${slug(track)}-${slugs(dataset)}`
}

/** From a page to the root of the site: '' for the index, '../../' for a page of a dataset. */
export function rootFrom(page: string): string {
  return '../'.repeat(page.split('/').length - 1)
}
