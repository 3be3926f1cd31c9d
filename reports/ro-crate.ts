/** ro-crate-metadata.json: the files of a publication, who made them, and the action that did, as RO-Crate 1.1 has it. */
import type { Dataset, Json } from '../contracts.ts'
import { encodingOf, type Imprint, licenseUrl, type PublishedFile } from './croissant.ts'

type Node = { readonly [key: string]: Json }

export function roCrate(
  imprint: Imprint,
  datasets: readonly Dataset[],
  files: readonly PublishedFile[],
  software: { version: string },
): Node {
  const link = (id: string) => ({ '@id': id })
  const licenses = [...new Set(datasets.map(({ license }) => licenseUrl(license)))]
  const root: Node = {
    '@id': './',
    '@type': 'Dataset',
    name: imprint.name,
    description: imprint.about,
    url: imprint.url,
    datePublished: imprint.date,
    license:
      licenses.length === 1 && licenses[0]!.startsWith('https:') ? link(licenses[0]!) : licenses.join('; '),
    author: link('#author'),
    hasPart: files.map(({ path }) => link(path)),
  }
  const action: Node = {
    '@id': '#made',
    '@type': 'CreateAction',
    name: 'fieldrank run',
    instrument: link('#fieldrank'),
    object: link('recipe.json'),
    result: files.filter(({ path }) => path.endsWith('.parquet')).map(({ path }) => link(path)),
  }
  return {
    '@context': 'https://w3id.org/ro/crate/1.1/context',
    '@graph': [
      {
        '@id': 'ro-crate-metadata.json',
        '@type': 'CreativeWork',
        conformsTo: link('https://w3id.org/ro/crate/1.1'),
        about: link('./'),
      },
      root,
      { '@id': '#author', '@type': 'Person', name: imprint.by },
      {
        '@id': '#fieldrank',
        '@type': 'SoftwareApplication',
        name: 'fieldrank',
        softwareVersion: software.version,
      },
      action,
      ...files.map(fileEntity),
    ],
  }
}

function fileEntity({ path, bytes, sha256 }: PublishedFile): Node {
  const encodingFormat = encodingOf(path)
  return { '@id': path, '@type': 'File', name: path, contentSize: String(bytes), encodingFormat, sha256 }
}
