"""The four training steps of train-models.ts in PyTorch, as its users write them: a child of train.ts.

argv: case, threads. stdin: a number of steps a line. stdout: a JSON line when ready, and one for each request.
"""
import json
import math
import resource
import sys
import time

import torch
import torch.nn as nn
import torch.nn.functional as F

B, N = 8, 64
LENGTH, ITEMS = 50, 10_000


def features(k, rhs):
    """log k at the nodes, mean over the four cells that meet there, and rhs: [B, 2, n, n]."""
    log = torch.log(k)
    nodes = (log[:, :-1, :-1] + log[:, :-1, 1:] + log[:, 1:, :-1] + log[:, 1:, 1:]) / 4
    return torch.stack([nodes, rhs], 1)


def relative_l2(x, target):
    return torch.sqrt(((x - target) ** 2).sum((1, 2)) / (target**2).sum((1, 2)) + 1e-30).mean()


class UNet(nn.Module):
    """models/operators/unet.ts: channels 16, levels 3, convs 3."""

    def __init__(self, channels=16, levels=3, convs=3):
        super().__init__()
        conv = lambda i, o: nn.Conv2d(i, o, 3, padding=1)
        block = lambda w: nn.Sequential(*[m for _ in range(convs) for m in (conv(w, w), nn.GELU())])
        widths = [channels * 2**level for level in range(levels)]
        self.enter = conv(2, channels)
        self.down = nn.ModuleList(block(w) for w in widths)
        self.widen = nn.ModuleList(conv(w, 2 * w) for w in widths[:-1])
        self.turn = block(widths[-1])
        self.grow = nn.ModuleList(nn.ConvTranspose2d(2 * w, w, 2, stride=2) for w in widths[:-1])
        self.join = nn.ModuleList(conv(2 * w, w) for w in widths[:-1])
        self.up = nn.ModuleList(block(w) for w in widths[:-1])
        self.leave = conv(channels, 1)

    def forward(self, k, rhs):
        h = self.enter(features(k, rhs))
        kept = []
        for level, block in enumerate(self.down):
            h = block(h if level == 0 else self.widen[level - 1](F.max_pool2d(h, 2)))
            kept.append(h)
        h = self.turn(h)
        for level in reversed(range(len(self.up))):
            h = self.up[level](self.join[level](torch.cat([kept[level], self.grow[level](h)], 1)))
        return self.leave(h)[:, 0] / (15 * (N + 1))


class Spectral(nn.Module):
    """The lowest m modes of each axis, by FFT; weights are real pairs, as ours are."""

    def __init__(self, width, modes):
        super().__init__()
        self.modes = modes
        # k1 = 0 … m - 1 and -(m - 1) … -1, k2 = 0 … m - 1
        self.mixing = nn.Parameter(torch.randn(width, width, 2 * modes - 1, modes, 2) * math.sqrt(0.5 / width))

    def forward(self, x):
        m = self.modes
        X = torch.fft.rfft2(x, norm="ortho")
        R = torch.view_as_complex(self.mixing)
        Y = torch.zeros_like(X)
        Y[:, :, :m, :m] = torch.einsum("bixy,ioxy->boxy", X[:, :, :m, :m], R[:, :, :m])
        Y[:, :, -m + 1 :, :m] = torch.einsum("bixy,ioxy->boxy", X[:, :, -m + 1 :, :m], R[:, :, m:])
        return torch.fft.irfft2(Y, s=x.shape[-2:], norm="ortho")


class FNO(nn.Module):
    """models/operators/fno.ts: width 32, layers 4, modes 12, padding 8."""

    def __init__(self, width=32, layers=4, modes=12, padding=8):
        super().__init__()
        self.padding = padding
        self.lift = nn.Conv2d(4, width, 1)
        self.far = nn.ModuleList(Spectral(width, modes) for _ in range(layers))
        self.near = nn.ModuleList(nn.Conv2d(width, width, 1) for _ in range(layers))
        self.hidden = nn.Conv2d(width, 2 * width, 1)
        self.project = nn.Conv2d(2 * width, 1, 1)
        at = torch.arange(1, N + 1) / (N + 1)
        self.where = torch.stack(torch.meshgrid(at, at, indexing="ij"))[None]

    def forward(self, k, rhs):
        h = self.lift(torch.cat([features(k, rhs), self.where.expand(len(k), -1, -1, -1)], 1))
        h = F.pad(h, (0, self.padding, 0, self.padding))
        for i, (far, near) in enumerate(zip(self.far, self.near)):
            h = far(h) + near(h)
            if i < len(self.far) - 1:
                h = F.gelu(h)
        h = h[:, :, :N, :N]
        return self.project(F.gelu(self.hidden(h)))[:, 0] / (15 * (N + 1))


class PINN(nn.Module):
    def __init__(self, widths=(2, 64, 64, 64, 64, 1)):
        super().__init__()
        layers = [nn.Linear(a, b) for a, b in zip(widths, widths[1:])]
        self.net = nn.Sequential(*[m for l in layers[:-1] for m in (l, nn.Tanh())], layers[-1])

    def loss(self, x, t, start):
        u = self.net(torch.cat([x, t], 1))
        u_x, u_t = torch.autograd.grad(u.sum(), [x, t], create_graph=True)
        (u_xx,) = torch.autograd.grad(u_x.sum(), x, create_graph=True)
        return ((u_t + u * u_x - 0.01 / math.pi * u_xx) ** 2).mean() + ((u - start) ** 2).mean()


class SASRec(nn.Module):
    """models/recommenders/sasrec.ts: dim 64, blocks 2, one head, no dropout; norms with 1e-8."""

    def __init__(self, dim=64, blocks=2):
        super().__init__()
        norm = lambda: nn.LayerNorm(dim, eps=1e-8)
        self.items = nn.Parameter(torch.randn(ITEMS, dim) * 0.02)
        self.places = nn.Parameter(torch.randn(LENGTH, dim) * 0.02)
        names = ("query", "key", "value", "output", "feed0", "feed1")
        self.blocks = nn.ModuleList(
            nn.ModuleDict({"norm0": norm(), "norm1": norm(), **{n: nn.Linear(dim, dim) for n in names}})
            for _ in range(blocks)
        )
        self.last = norm()
        self.after = torch.triu(torch.full((LENGTH, LENGTH), -1e9), 1)

    def forward(self, history):
        real = (history > 0)[..., None].float()
        mask = self.after + ((history <= 0).float() * -1e9)[:, None, :]
        h = F.embedding(torch.clamp(history - 1, min=0), self.items) * real
        h = (h * math.sqrt(h.shape[-1]) + self.places) * real
        for b in self.blocks:
            q, key, v = b["query"](b["norm0"](h)), b["key"](h), b["value"](h)
            weights = torch.softmax(q @ key.transpose(1, 2) / math.sqrt(h.shape[-1]) + mask, -1)
            y = b["norm1"](h + b["output"](weights @ v))
            h = (y + b["feed1"](torch.relu(b["feed0"](y)))) * real
        return self.last(h)

    def loss(self, history, target):
        logits = self(history).flatten(0, 1) @ self.items.T
        return F.cross_entropy(logits, target.flatten() - 1)


def operators(model):
    k, rhs, target = torch.rand(B, N + 1, N + 1) + 0.5, torch.rand(B, N, N) + 0.5, torch.rand(B, N, N) + 0.5
    return model, lambda: relative_l2(model(k, rhs), target)


def case(name):
    if name == "unet":
        return operators(UNet())
    if name == "fno":
        return operators(FNO())
    if name == "pinn":
        model = PINN()
        x, t, start = (torch.rand(4096, 1) + 0.5 for _ in range(3))
        x.requires_grad_(), t.requires_grad_()
        return model, lambda: model.loss(x, t, start)
    model = SASRec()
    history, target = (torch.randint(1, ITEMS + 1, (32, LENGTH)) for _ in range(2))
    return model, lambda: model.loss(history, target)


def say(**line):
    print(json.dumps(line), flush=True)


name, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)
torch.manual_seed(0)
model, loss_of = case(name)
optimizer = torch.optim.Adam(model.parameters(), 1e-3)
say(version=torch.__version__, parameters=sum(p.numel() for p in model.parameters()))
for line in sys.stdin:
    wall, cpu = [], []
    for _ in range(int(line)):
        before, start = time.process_time(), time.perf_counter()
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        optimizer.step()
        wall.append((time.perf_counter() - start) * 1e3)
        cpu.append((time.process_time() - before) * 1e3)
    say(wall=wall, cpu=cpu, loss=loss.item(), peak=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
