/** Whether an optional package is here: tests ask for its sentence where it is not. */
export async function isInstalled(name: string): Promise<boolean> {
  try {
    await import(name)
    return true
  } catch {
    return false
  }
}
