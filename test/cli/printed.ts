import type { Verb } from '../../cli/verb.ts'

/** What a verb prints, and the exit code it returns. */
export async function printed(run: () => ReturnType<Verb['run']>): Promise<{ code: number; text: string }> {
  const write = process.stdout.write
  let text = ''
  process.stdout.write = ((chunk: string) => {
    text += chunk
    return true
  }) as typeof write
  try {
    const code = (await run()) ?? 0
    return { code, text }
  } finally {
    process.stdout.write = write
  }
}
