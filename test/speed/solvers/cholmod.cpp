// CHOLMOD, supernodal or simplicial as it decides; the symbolic factor is made once.
#include "system.hpp"
#include <cholmod.h>
#include <cstring>

int main(int argc, char** argv) {
  cholmod_common common;
  cholmod_start(&common);
  cholmod_sparse* matrix = nullptr;
  cholmod_factor* factor = nullptr;
  return measure(argc, argv, [&](int n, const Row& row, double* x) {
    const int size = n * n;
    if (!matrix) {
      std::vector<int> start, index;
      triangle(n, start, index);
      matrix = cholmod_allocate_sparse(size, size, index.size(), 1, 1, -1, CHOLMOD_REAL, &common);
      std::memcpy(matrix->p, start.data(), 4 * start.size());
      std::memcpy(matrix->i, index.data(), 4 * index.size());
    }
    fillTriangle(n, row, (double*)matrix->x);
    if (!factor) factor = cholmod_analyze(matrix, &common);
    cholmod_factorize(matrix, factor, &common);
    cholmod_dense b = {};
    b.nrow = b.nzmax = b.d = size;
    b.ncol = 1;
    b.x = const_cast<double*>(row.b);
    b.xtype = CHOLMOD_REAL;
    cholmod_dense* solution = cholmod_solve(CHOLMOD_A, factor, &b, &common);
    std::memcpy(x, solution->x, 8 * (size_t)size);
    cholmod_free_dense(&solution, &common);
    return 0;
  });
}
