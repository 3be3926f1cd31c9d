"""The peer of test/speed/fields.ts: normals of PCG64, scipy.fft.ifft2, numpy.exp, two fields a transform.

A line 'keep period count' in, a line of JSON out: CPU milliseconds of one field, until max - min is known and with exp.
"""
import json
import sys
import time

import numpy
import scipy
import scipy.fft

print(json.dumps(f"numpy {numpy.__version__} + scipy.fft {scipy.__version__}"), flush=True)
random = numpy.random.Generator(numpy.random.PCG64(1))
for line in sys.stdin:
    keep, period, count = map(int, line.split())
    amplitude = numpy.full((period, period), 1.4 / period) * period**2  # ifft2 divides by period²
    tried = whole = 0
    for _ in range(count):
        start = time.process_time_ns()
        spectrum = numpy.empty((period, period), complex)
        spectrum.real = random.standard_normal((period, period))
        spectrum.imag = random.standard_normal((period, period))
        spectrum *= amplitude
        field = scipy.fft.ifft2(spectrum, overwrite_x=True, workers=1)[:keep, :keep]
        parts = [field.real, field.imag]
        ranges = [part.max() - part.min() for part in parts]
        tried += time.process_time_ns() - start
        coefficients = [numpy.exp(part) for part in parts]
        whole += time.process_time_ns() - start
    print(json.dumps({"tried": tried / count / 2e6, "whole": whole / count / 2e6}), flush=True)
