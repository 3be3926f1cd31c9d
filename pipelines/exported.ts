/** What `fieldrank export --format <name>` runs: `pipelines/export/<name>.ts` default-exports an Exporter. */

export interface Exporter {
  takes: 'dataset' | 'run' // what its source is: the folder of a dataset, or of a run
  about: string // half a sentence for the help
  /** Writes below `out`, and returns a line per thing worth saying. A mistake of the user is a UserError. */
  write(source: string, options: ExportOptions): Promise<readonly string[]>
}

export interface ExportOptions {
  out: string
  asPublished: boolean
}
