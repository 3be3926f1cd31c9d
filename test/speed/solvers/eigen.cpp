// Eigen's SimplicialLLT; the symbolic factor is made once.
#include "system.hpp"
#include <Eigen/Sparse>
#include <Eigen/SparseCholesky>

int main(int argc, char** argv) {
  Eigen::SparseMatrix<double> matrix;
  Eigen::SimplicialLLT<Eigen::SparseMatrix<double>> factor;
  return measure(argc, argv, [&](int n, const Row& row, double* x) {
    const int size = n * n;
    const bool first = matrix.rows() == 0;
    if (first) {
      std::vector<int> start, index;
      triangle(n, start, index);
      std::vector<double> zero(index.size());
      matrix = Eigen::Map<Eigen::SparseMatrix<double>>(size, size, index.size(), start.data(), index.data(), zero.data());
    }
    fillTriangle(n, row, matrix.valuePtr());
    if (first) factor.analyzePattern(matrix);
    factor.factorize(matrix);
    Eigen::Map<Eigen::VectorXd>(x, size) = factor.solve(Eigen::Map<const Eigen::VectorXd>(row.b, size));
    return 0;
  });
}
