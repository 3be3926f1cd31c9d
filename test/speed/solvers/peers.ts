/** Programs of others that solve the same problems: compiled into a temporary folder, each run in a process of its own. */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

export interface Measured {
  ms: number // per sample, CPU time, median
  iterations: number
  residual: number // the largest ‖b − A x‖ / ‖b‖
}
export interface Peer {
  method: string
  install: string
  /** Makes it ready to run; throws where something is missing. */
  prepare(folder: string): (file: string, passes: number) => Measured
}

const HERE = import.meta.dirname
const MPI = '/usr/lib/x86_64-linux-gnu/openmpi/include'
const ENV = {
  ...process.env,
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  OMPI_ALLOW_RUN_AS_ROOT: '1',
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
}

export const peers: readonly Peer[] = [
  python('SciPy spsolve', 'python3-scipy', 'spsolve'),
  compiled('CHOLMOD, symbolic reused', 'libsuitesparse-dev', 'cholmod', [
    '-I/usr/include/suitesparse',
    '-lcholmod',
  ]),
  compiled('Eigen LLT, symbolic reused', 'libeigen3-dev', 'eigen', ['-I/usr/include/eigen3']),
  python('PETSc CG + GAMG', 'python3-petsc4py', 'gamg'),
  python('PETSc CG + BoomerAMG', 'python3-petsc4py', 'boomeramg'),
  compiled('hypre PFMG-PCG', 'libhypre-dev libopenmpi-dev', 'hypre', [
    '-I/usr/include/hypre',
    `-I${MPI}`,
    '-DOMPI_SKIP_MPICXX',
    '-lHYPRE',
    '-lmpi',
  ]),
]

function compiled(method: string, install: string, source: string, flags: readonly string[]): Peer {
  return {
    method,
    install: `g++ ${install}`,
    prepare(folder) {
      const program = join(folder, source)
      const file = join(HERE, `${source}.cpp`)
      execFileSync('g++', ['-O3', '-march=native', '-std=c++17', '-w', file, '-o', program, ...flags], {
        stdio: 'pipe',
      })
      return (problems, passes) => run(program, [problems, String(passes)])
    },
  }
}

/** Debian's own Python: its packages are not seen by another. */
function python(method: string, install: string, name: string): Peer {
  const interpreter = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3'
  return {
    method,
    install,
    prepare() {
      const needs =
        name === 'spsolve'
          ? 'import scipy.sparse.linalg'
          : 'import glob, sys; sys.path += glob.glob("/usr/lib/petscdir/*/*-real/lib/python3/dist-packages"); import scipy, petsc4py'
      execFileSync(interpreter, ['-c', needs], { stdio: 'pipe' })
      return (problems, passes) => run(interpreter, [join(HERE, 'peers.py'), problems, String(passes), name])
    },
  }
}

function run(program: string, args: readonly string[]): Measured {
  const text = execFileSync(program, args, {
    env: ENV,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  return JSON.parse(text.trim().split('\n').at(-1)!) as Measured
}
