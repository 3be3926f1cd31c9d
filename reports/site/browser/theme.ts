/** Runs before the page is drawn: says that scripts run, and takes up the theme that the reader chose, so that nothing flashes. */
export {}

document.documentElement.dataset.script = ''
try {
  const chosen = localStorage.getItem('theme')
  if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset.theme = chosen
} catch {
  // storage may be forbidden; then each page begins as the system has it
}
