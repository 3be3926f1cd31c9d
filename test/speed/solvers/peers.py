"""SciPy and PETSc on a file of problems (its form: system.hpp): peers.py FILE PASSES METHOD, one JSON line."""
import glob, json, sys, time
sys.path += glob.glob("/usr/lib/petscdir/*/*-real/lib/python3/dist-packages")
import numpy as np
import scipy.sparse as sparse
import scipy.sparse.linalg


def read(path):
    head = np.fromfile(path, np.int32, 4)
    n, rows = int(head[1]), int(head[2])
    return n, np.fromfile(path, np.float64, offset=16).reshape(rows, 6, n * n)


def pattern(n):
    """Rows in compressed form, and where their values stand among the five diagonals laid end to end; made once."""
    node = np.arange(n * n).reshape(n, n)
    none = np.full((n, n), -1)
    west, east, south, north = none.copy(), none.copy(), none.copy(), none.copy()
    west[:, 1:], east[:, :-1], south[1:], north[:-1] = node[:, :-1], node[:, 1:], node[:-1], node[1:]
    columns = np.stack([south, west, node, east, north], -1).reshape(-1, 5)
    source = np.stack([k * n * n + node for k in (3, 1, 0, 2, 4)], -1).reshape(-1, 5)
    held = columns >= 0
    start = np.concatenate([[0], np.cumsum(held.sum(1))]).astype(np.int32)
    return start, columns[held].astype(np.int32), source[held]


def spsolve(start, index, size):
    def solve(values, b):
        matrix = sparse.csr_matrix((values, index, start), (size, size))
        return sparse.linalg.spsolve(matrix.tocsc(), b), 0
    return solve


def petsc(start, index, size, options):
    import petsc4py
    petsc4py.init(["peers"] + options)
    from petsc4py import PETSc
    def solve(values, b):
        matrix = PETSc.Mat().createAIJ((size, size), csr=(start, index, values), comm=PETSc.COMM_SELF)
        matrix.setOption(PETSc.Mat.Option.SPD, True)
        solver = PETSc.KSP().create(comm=PETSc.COMM_SELF)
        solver.setOperators(matrix)
        solver.setFromOptions()
        solver.setNormType(PETSc.KSP.NormType.UNPRECONDITIONED)
        solver.setTolerances(rtol=1e-10, atol=0, max_it=10000)
        x = np.empty(size)
        solver.solve(PETSc.Vec().createWithArray(b, comm=PETSc.COMM_SELF), PETSc.Vec().createWithArray(x, comm=PETSc.COMM_SELF))
        steps = solver.getIterationNumber()
        solver.destroy()
        matrix.destroy()
        return x, steps
    return solve


def main(path, passes, method):
    n, rows = read(path)
    size = n * n
    start, index, source = pattern(n)
    if method == "spsolve":
        solve = spsolve(start, index, size)
    else:
        kind = {"gamg": ["-pc_type", "gamg"], "boomeramg": ["-pc_type", "hypre", "-pc_hypre_type", "boomeramg"]}[method]
        solve = petsc(start, index, size, ["-ksp_type", "cg"] + kind)
    ms, steps, worst = [], [], 0
    solve(rows[0, :5].reshape(-1)[source], rows[0, 5].copy())
    for once in range(int(passes)):
        for row in rows:
            b = row[5].copy()
            begun = time.process_time()
            values = row[:5].reshape(-1)[source]
            x, taken = solve(values, b)
            ms.append(1e3 * (time.process_time() - begun))
            steps.append(taken)
            if once == 0:
                rest = b - sparse.csr_matrix((values, index, start), (size, size)) @ x
                worst = max(worst, np.linalg.norm(rest) / np.linalg.norm(b))
    print(json.dumps({"ms": float(np.median(ms)), "iterations": int(np.median(steps)), "residual": float(worst)}))


main(*sys.argv[1:4])
