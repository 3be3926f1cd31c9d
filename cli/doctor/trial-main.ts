/** The process of one trial: a fault in a driver ends it and nothing else. argv: the device; the verdict goes to the parent. */
import type { Device } from '../../tensor/devices.ts'
import { tryDevice } from './trials.ts'

const verdict = await tryDevice(process.argv[2] as Device)
process.send!(verdict, () => process.exit(0))
