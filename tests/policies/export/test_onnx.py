"""The exported ONNX graph, run by ONNX Runtime and compared with PyTorch; skipped where that is missing.

pip install --requirement requirements-onnx.lock
"""

import numpy as np
import pytest

onnxruntime = pytest.importorskip("onnxruntime")
pytest.importorskip("onnxscript")

from test_cpp import POLICIES, frozen, make_predictions, refusal  # noqa: E402

from sobolev_diffusion.cli import main  # noqa: E402
from sobolev_diffusion.policies.export.onnx import export_onnx  # noqa: E402


@pytest.mark.parametrize("name", ["trained_diffusion", "affine_noise", "affine_direct"])
def test_agrees_with_pytorch(name, tmp_path):
    policy = POLICIES[name]()
    policy.engine = "torch"
    session = onnxruntime.InferenceSession(export_onnx(policy, tmp_path / "policy.onnx"))
    inputs = dict(zip(("observation", "history", "noise"), make_predictions(policy), strict=True))
    wanted = [each.name for each in session.get_inputs()]
    assert wanted == (list(inputs) if policy.history else ["observation"])
    expected = policy.predict(*inputs.values())
    actions = np.concatenate(
        [
            session.run(["actions"], {name: inputs[name][i : i + 1].astype(np.float32) for name in wanted})[0]
            for i in range(len(expected))
        ]
    )
    assert np.linalg.norm(actions - expected) < 1e-5 * np.linalg.norm(expected)


def test_command(tmp_path, capsys):
    path, out = tmp_path / "policy.safetensors", tmp_path / "arm.onnx"
    frozen("direct").save(path)
    assert main(["export", str(path), "--to", "onnx", str(out)]) == 0
    assert capsys.readouterr().out == f"{out}\n"
    first = out.read_bytes()
    assert b"policy.safetensors" in first
    assert main(["export", str(path), "--to", "onnx", str(out)]) == 0
    assert out.read_bytes() == first
    assert "--name: of C++ source alone" in refusal(
        capsys, "export", str(path), "--to", "onnx", str(out), "--name", "arm"
    )
