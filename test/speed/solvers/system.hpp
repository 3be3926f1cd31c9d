// Reads the file of problems, measures and reports: what the peers in C++ share.
// File: int32 {magic, n, rows, 0}, then for every row the n × n arrays center, west, east, south, north, b in f64, row-major.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

struct Row { const double *center, *west, *east, *south, *north, *b; };

struct Problems {
  int n = 0, rows = 0;
  std::vector<double> data;
  explicit Problems(const char* path) {
    FILE* file = std::fopen(path, "rb");
    int head[4];
    if (!file || std::fread(head, 4, 4, file) != 4) std::exit(2);
    n = head[1];
    rows = head[2];
    data.resize(6 * (size_t)rows * n * n);
    if (std::fread(data.data(), 8, data.size(), file) != data.size()) std::exit(2);
    std::fclose(file);
  }
  Row row(int r) const {
    const size_t size = (size_t)n * n;
    const double* p = data.data() + 6 * r * size;
    return {p, p + size, p + 2 * size, p + 3 * size, p + 4 * size, p + 5 * size};
  }
};

inline double cpuSeconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

inline double residual(int n, const Row& a, const double* x) {
  double error = 0, scale = 0;
  for (int i = 0, p = 0; i < n; i++) {
    for (int j = 0; j < n; j++, p++) {
      double r = a.b[p] - a.center[p] * x[p];
      if (j > 0) r -= a.west[p] * x[p - 1];
      if (j < n - 1) r -= a.east[p] * x[p + 1];
      if (i > 0) r -= a.south[p] * x[p - n];
      if (i < n - 1) r -= a.north[p] * x[p + n];
      error += r * r;
      scale += a.b[p] * a.b[p];
    }
  }
  return std::sqrt(error / scale);
}

// The upper triangle row by row, which is the lower one column by column: center, east, north.
inline void triangle(int n, std::vector<int>& start, std::vector<int>& index) {
  start.assign(1, 0);
  index.clear();
  for (int i = 0, p = 0; i < n; i++) {
    for (int j = 0; j < n; j++, p++) {
      index.push_back(p);
      if (j < n - 1) index.push_back(p + 1);
      if (i < n - 1) index.push_back(p + n);
      start.push_back((int)index.size());
    }
  }
}
inline void fillTriangle(int n, const Row& a, double* value) {
  for (int i = 0, p = 0; i < n; i++) {
    for (int j = 0; j < n; j++, p++) {
      *value++ = a.center[p];
      if (j < n - 1) *value++ = a.east[p];
      if (i < n - 1) *value++ = a.north[p];
    }
  }
}

// Solves every row `passes` times; the first solve of all is not counted (there the symbolic part is made).
template <class Solve> int measure(int argc, char** argv, Solve solve) {
  if (argc < 3) return 2;
  const Problems problems(argv[1]);
  const int passes = std::atoi(argv[2]);
  std::vector<double> x((size_t)problems.n * problems.n), ms;
  std::vector<int> iterations;
  double worst = 0;
  solve(problems.n, problems.row(0), x.data());
  for (int pass = 0; pass < passes; pass++) {
    for (int r = 0; r < problems.rows; r++) {
      const Row row = problems.row(r);
      const double from = cpuSeconds();
      iterations.push_back(solve(problems.n, row, x.data()));
      ms.push_back(1e3 * (cpuSeconds() - from));
      if (pass == 0) worst = std::max(worst, residual(problems.n, row, x.data()));
    }
  }
  std::sort(ms.begin(), ms.end());
  std::sort(iterations.begin(), iterations.end());
  std::printf("{\"ms\":%.6f,\"iterations\":%d,\"residual\":%.3e}\n", ms[ms.size() / 2], iterations[iterations.size() / 2], worst);
  return 0;
}
