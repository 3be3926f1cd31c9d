/** The button that goes through auto, light, dark. What was chosen is kept where storage is allowed. */
const THEMES = ['auto', 'light', 'dark'] as const

export function themeButton(): void {
  const button = document.getElementById('theme')
  if (button === null) return
  const root = document.documentElement
  const say = () => {
    button.textContent = `theme: ${root.dataset.theme ?? 'auto'}`
  }
  button.addEventListener('click', () => {
    const now = THEMES.indexOf((root.dataset.theme ?? 'auto') as (typeof THEMES)[number])
    const next = THEMES[(now + 1) % THEMES.length]!
    if (next === 'auto') delete root.dataset.theme
    else root.dataset.theme = next
    try {
      localStorage.setItem('theme', next)
    } catch {
      // as in theme.ts
    }
    say()
  })
  say()
}
