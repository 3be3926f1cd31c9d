/** The main job on a fresh machine: install, build, run the smoke profile. Further words go to `fieldrank run`. */
import { build, install, run } from './setup.mjs'

install()
build()
process.exit(
  run(process.execPath, ['dist/cli/main.js', 'run', '--profile', 'smoke', ...process.argv.slice(2)]),
)
