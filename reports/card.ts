/**
 * A data card: what a dataset is, what is in it, how to read it. Here as data, without a word of how it looks;
 * card-markdown.ts and card-page.ts write it. cards/<name>.ts knows what is to be said of a kind of dataset.
 *
 * The headings are those of The Well's cards (PolymathicAI/the_well), as far as they have something to say here.
 */
import type { About, Dataset } from '../contracts.ts'
import { columnsTable, filesTable, paramsTable } from './card-tables.ts'

export interface Card {
  name: string
  about: string
  source: string // 'Version 1.0.0 · CC-BY-4.0 · track operators'
  cite: string | null
  sections: readonly Section[]
}
export interface Section {
  title: string
  blocks: readonly Block[]
}
export type Block =
  | { kind: 'text'; text: string }
  | { kind: 'warning'; text: string }
  | { kind: 'list'; items: readonly string[] }
  | {
      kind: 'table'
      head: readonly string[]
      rows: readonly (readonly string[])[]
      numbers: readonly number[]
    } // numbers: columns that hold them
  | { kind: 'code'; language: string; text: string }
  | { kind: 'figure'; caption: string; pictures: readonly Picture[] }

export interface Picture {
  file: string // beside the card
  alt: string
  svg: string
}

/** What cards/<name>.ts default-exports. */
export interface Describer extends About {
  /** Sections before those on files and columns, and after them. `folder` holds the shards. */
  describe(
    dataset: Dataset,
    folder: string,
  ): Promise<{ before: readonly Section[]; after: readonly Section[] }>
}

export async function cardOf(describer: Describer, dataset: Dataset, folder: string): Promise<Card> {
  const { name, about, version, license, track, cite } = dataset
  const { before, after } = await describer.describe(dataset, folder)
  return {
    name,
    about,
    source: `Version ${version} · ${license} · track ${track}`,
    cite: cite ?? null,
    sections: [
      ...before,
      { title: 'Rows and files', blocks: [filesTable(dataset), { kind: 'text', text: FILES }] },
      { title: 'Columns', blocks: [columnsTable(dataset)] },
      ...after,
      { title: 'What made it', blocks: [{ kind: 'text', text: MADE }, paramsTable(dataset)] },
      { title: 'License and citation', blocks: [{ kind: 'text', text: licenseOf(dataset) }] },
    ],
  }
}

/** Seconds and machine of the stages that made it; not part of the Card, since no two runs take the same time. */
export interface Making {
  stages: readonly { id: string; seconds: number; on: string }[]
}

const FILES =
  'Parquet, ZSTD. manifest.json has a SHA-256 for every row group and footer; sha256sum -c SHA256SUMS checks the folder. fieldrank verify checks it too, and makes some rows again.'
const MADE = 'All of these, and nothing else, decide the values. Number of rows and of shards change no row.'

function licenseOf({ license, cite, name, version }: Dataset): string {
  const source = cite === undefined ? '' : ` The law, or the protocol, is that of ${cite}: cite it too.`
  return `${license}. Name the dataset, its version and fieldrank: ${name} ${version}.${source}`
}
