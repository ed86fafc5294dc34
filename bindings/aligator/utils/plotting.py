"""Plots of solver progress and of trajectories, with matplotlib."""

import matplotlib.pyplot as plt
import numpy as np


def plot_pd_errs(ax0, prim_errs, dual_errs):
    """Draw primal and dual infeasibilities against the iteration on a logarithmic axis."""
    curves = (np.asarray(prim_errs, dtype=float), np.asarray(dual_errs, dtype=float))
    for values, color, label in zip(curves, ("tab:blue", "tab:orange"), ("Primal error $p$", "Dual error $d$")):
        ax0.plot(values, color=color, label=label)
    ax0.set(xlabel="Iterations", yscale="log", title="Solver primal-dual residuals")
    # Exact zeros and rounding errors would stretch the axis.
    visible = np.concatenate(curves)
    visible = visible[visible > 2 * np.finfo(float).eps]
    if visible.size:
        ax0.set_ylim(bottom=visible.min() / np.sqrt(10))
    ax0.legend()


def plot_convergence(cb, ax, res=None, *, show_al_iters=False, target_tol=None, legend_kwargs=None):
    """Draw what a HistoryCallback recorded, and the final values of `res` if given; return the labels.

    With `show_al_iters`, draw the primal tolerance and mark the iterations at which the multipliers were updated;
    with `target_tol`, draw that as a line.
    """
    errors = [list(cb.prim_infeas), list(cb.dual_infeas)]
    if res is not None:
        errors[0].append(res.primal_infeas)
        errors[1].append(res.dual_infeas)
    plot_pd_errs(ax, *errors)
    ax.grid(axis="y", which="major")
    if show_al_iters and len(cb.prim_tols):
        ax.step(np.arange(len(cb.prim_tols)), cb.prim_tols, color="green", linewidth=1.1, label=r"$\eta_k$")
        updates = np.flatnonzero(np.diff(cb.al_index) > 0)
        ax.vlines(updates, *ax.get_ylim(), colors="gray", linewidth=4, alpha=0.5, label="AL iters")
    if target_tol is not None:
        ax.axhline(target_tol, color="black", linestyle="--", linewidth=1.1, label="Tolerance")
    labels = ax.get_legend_handles_labels()[1]
    ax.legend(**(legend_kwargs or {}))
    return labels


def plot_se2_pose(q, ax, alpha=0.5, fc="tab:blue"):
    """Draw a rectangle at the pose q = (x, y, cos, sin); return the patch."""
    from matplotlib import transforms

    width, height = 1.0, 0.4
    patch = plt.Rectangle((q[0] - width / 2, q[1] - height / 2), width, height, fc=fc, alpha=alpha)
    angle = np.arctan2(q[3], q[2])
    patch.set_transform(transforms.Affine2D().rotate_around(q[0], q[1], -angle) + ax.transData)
    ax.add_patch(patch)
    return patch


def _grid(count, ncols, axes, figsize):
    """Figure and flat list of at least `count` axes."""
    if axes is None:
        _, axes = plt.subplots(-(-count // ncols), ncols, sharex="col", figsize=figsize, squeeze=False)
    axes = list(np.ravel(np.asarray(axes, dtype=object)))
    return axes[0].get_figure(), axes


def _draw_limit(ax, limit, times):
    view = ax.get_ylim()
    ax.hlines([-limit, limit], times[0], times[-1], colors=["k", "r"], linestyles="--")
    ax.set_ylim(*view)


def plot_controls_traj(
    times,
    us,
    ncols=2,
    axes=None,
    effort_limit=None,
    joint_names=None,
    rmodel=None,
    figsize=(6.4, 6.4),
    xlabel="Time (s)",
):
    """Draw each control against time; return the figure and the axes. times: (N + 1,), us: (N, nu)."""
    us = np.asarray(us)
    if rmodel is not None:
        effort_limit, joint_names = rmodel.effortLimit, rmodel.names
    figure, axes = _grid(us.shape[1], ncols, axes, figsize)
    for i, ax in enumerate(axes[: us.shape[1]]):
        ax.step(times[:-1], us[:, i])
        if effort_limit is not None:
            _draw_limit(ax, effort_limit[i], times)
        if joint_names is not None:
            ax.set_title(joint_names[i].lower(), fontsize=8)
    figure.supxlabel(xlabel)
    figure.suptitle("Control trajectories")
    figure.tight_layout()
    return figure, axes


def plot_velocity_traj(times, vs, rmodel, axes=None, ncols=2, vel_limit=None, figsize=(6.4, 6.4), xlabel="Time (s)"):
    """Draw each joint velocity against time; return the figure and the axes. vs: (N + 1, model.nv)."""
    vs = np.asarray(vs)
    if vs.shape[1] != rmodel.nv:
        raise ValueError(f"vs: expected {rmodel.nv} columns (model.nv), got {vs.shape[1]}")
    joints = [j for j in range(1, rmodel.njoints) for _ in range(rmodel.nvs[j])]
    figure, axes = _grid(rmodel.nv, ncols, axes, figsize)
    for i, ax in enumerate(axes[: rmodel.nv]):
        ax.plot(times, vs[:, i])
        if vel_limit is not None:
            _draw_limit(ax, vel_limit[i], times)
        ax.set_title(rmodel.names[joints[i]].lower(), fontsize=8)
    figure.supxlabel(xlabel)
    figure.suptitle("Velocity trajectories")
    figure.tight_layout()
    return figure, axes
