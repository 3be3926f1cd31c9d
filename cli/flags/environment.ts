/** What a child process may see of the environment: where to find programs and temporary space, and which devices to use. No tokens, no keys. */
export function childEnvironment(): Record<string, string> {
  const names =
    /^(PATH|HOME|USERPROFILE|SystemRoot|TMPDIR|TEMP|TMP|TZ|LANG|LC_ALL|LD_LIBRARY_PATH|CUDA_.*|ORT_.*|OMP_.*|FIELDRANK_.*)$/
  const entries = Object.entries(process.env).filter(
    ([name, value]) => value !== undefined && names.test(name),
  )
  return Object.fromEntries(entries as [string, string][])
}
