/** What `fieldrank export --format <name>` runs: `pipelines/export/<name>.ts` default-exports an Exporter. */
import type { Limits } from './guard.ts'

export interface Exporter {
  takes: 'dataset' | 'run' // what its source is: the folder of a dataset, or of a run
  about: string // half a sentence for the help
  /** Writes below `out`, and returns a line per thing worth saying. A mistake of the user is a UserError. */
  write(source: string, options: ExportOptions): Promise<readonly string[]>
}

export interface ExportOptions {
  out: string
  asPublished: boolean
  data?: string // folder of the dataset of a run, where it does not lie beside it
  limits: Limits // of the child process that runs a model
  env: Readonly<Record<string, string>> // of that process
}
