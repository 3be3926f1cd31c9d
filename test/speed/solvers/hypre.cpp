// hypre's structured interface: conjugate gradients with one V(1,1) cycle of PFMG, red-black Gauss–Seidel, Galerkin operators.
#include "system.hpp"
#include <HYPRE_struct_ls.h>
#include <mpi.h>

static void assemble(int n, const Row& row, HYPRE_StructGrid grid, HYPRE_StructStencil stencil, HYPRE_StructMatrix* matrix) {
  int low[2] = {0, 0}, high[2] = {n - 1, n - 1}, entries[3] = {0, 1, 2};
  std::vector<double> values(3 * (size_t)n * n);
  for (int p = 0; p < n * n; p++) {
    values[3 * p] = row.center[p];
    values[3 * p + 1] = row.east[p];
    values[3 * p + 2] = row.north[p];
  }
  HYPRE_StructMatrixCreate(MPI_COMM_SELF, grid, stencil, matrix);
  HYPRE_StructMatrixSetSymmetric(*matrix, 1);
  HYPRE_StructMatrixInitialize(*matrix);
  HYPRE_StructMatrixSetBoxValues(*matrix, low, high, 3, entries, values.data());
  HYPRE_StructMatrixAssemble(*matrix);
}

static HYPRE_StructVector vectorOf(int n, HYPRE_StructGrid grid, const double* values) {
  int low[2] = {0, 0}, high[2] = {n - 1, n - 1};
  HYPRE_StructVector vector;
  HYPRE_StructVectorCreate(MPI_COMM_SELF, grid, &vector);
  HYPRE_StructVectorInitialize(vector);
  if (values) HYPRE_StructVectorSetBoxValues(vector, low, high, const_cast<double*>(values));
  else HYPRE_StructVectorSetConstantValues(vector, 0);
  HYPRE_StructVectorAssemble(vector);
  return vector;
}

static HYPRE_StructSolver cycle() {
  HYPRE_StructSolver pfmg;
  HYPRE_StructPFMGCreate(MPI_COMM_SELF, &pfmg);
  HYPRE_StructPFMGSetMaxIter(pfmg, 1);
  HYPRE_StructPFMGSetTol(pfmg, 0);
  HYPRE_StructPFMGSetZeroGuess(pfmg);
  HYPRE_StructPFMGSetRAPType(pfmg, 0);
  HYPRE_StructPFMGSetRelaxType(pfmg, 2);
  HYPRE_StructPFMGSetNumPreRelax(pfmg, 1);
  HYPRE_StructPFMGSetNumPostRelax(pfmg, 1);
  return pfmg;
}

int main(int argc, char** argv) {
  MPI_Init(&argc, &argv);
  const int code = measure(argc, argv, [](int n, const Row& row, double* x) {
    int low[2] = {0, 0}, high[2] = {n - 1, n - 1}, offsets[3][2] = {{0, 0}, {1, 0}, {0, 1}}, iterations = 0;
    HYPRE_StructGrid grid;
    HYPRE_StructGridCreate(MPI_COMM_SELF, 2, &grid);
    HYPRE_StructGridSetExtents(grid, low, high);
    HYPRE_StructGridAssemble(grid);
    HYPRE_StructStencil stencil;
    HYPRE_StructStencilCreate(2, 3, &stencil);
    for (int i = 0; i < 3; i++) HYPRE_StructStencilSetElement(stencil, i, offsets[i]);
    HYPRE_StructMatrix matrix;
    assemble(n, row, grid, stencil, &matrix);
    HYPRE_StructVector b = vectorOf(n, grid, row.b), solution = vectorOf(n, grid, nullptr);
    HYPRE_StructSolver solver, pfmg = cycle();
    HYPRE_StructPCGCreate(MPI_COMM_SELF, &solver);
    HYPRE_StructPCGSetMaxIter(solver, 1000);
    HYPRE_StructPCGSetTol(solver, 1e-10);
    HYPRE_StructPCGSetTwoNorm(solver, 1);
    HYPRE_StructPCGSetPrecond(solver, HYPRE_StructPFMGSolve, HYPRE_StructPFMGSetup, pfmg);
    HYPRE_StructPCGSetup(solver, matrix, b, solution);
    HYPRE_StructPCGSolve(solver, matrix, b, solution);
    HYPRE_StructPCGGetNumIterations(solver, &iterations);
    HYPRE_StructVectorGetBoxValues(solution, low, high, x);
    HYPRE_StructPCGDestroy(solver);
    HYPRE_StructPFMGDestroy(pfmg);
    HYPRE_StructMatrixDestroy(matrix);
    HYPRE_StructVectorDestroy(b);
    HYPRE_StructVectorDestroy(solution);
    HYPRE_StructStencilDestroy(stencil);
    HYPRE_StructGridDestroy(grid);
    return iterations;
  });
  MPI_Finalize();
  return code;
}
