/** What a verb is. `cli/<verb>.ts` default-exports one; its file name is its name, and main.ts imports it only when it is asked for. */

/** Flags as commander reads them ('-n, --number <n>'), what they mean, and the default. `<value...>` or a repeatable flag gives a list. */
export type Option = readonly [flags: string, about: string, fallback?: string | boolean | readonly string[]]

export interface Verb {
  about: string // one sentence, for the list of verbs
  arguments?: string // as commander reads them: '<kind>', '[stage-or-id...]'
  options?: readonly Option[]
  notes?: readonly string[] // paragraphs below the options, under --help
  examples?: readonly string[] // whole commands, shown under --help
  /**
   * `args` are the arguments in order (optional ones that were left out are absent), `options` by their camelCase name.
   * Returns the exit code, 0 when nothing. A mistake of the user is a UserError: one sentence on stderr, exit code 2.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: most verbs return nothing, and should not have to say so
  run(args: readonly string[], options: Record<string, unknown>): Promise<number | void>
}
