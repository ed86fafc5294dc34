"""Write the type stubs of the built extension: write_stubs.py EXTENSION OUTPUT_DIR."""

import pathlib
import re
import sys
import tempfile

from nanobind import stubgen

extension, output = map(pathlib.Path, sys.argv[1:])
with tempfile.TemporaryDirectory() as folder:
    # Under its full name, without the package's own __init__, which needs Pinocchio.
    package = pathlib.Path(folder, "aligator")
    package.mkdir()
    (package / "__init__.py").touch()
    (package / extension.name).symlink_to(extension.resolve())
    sys.path.insert(0, folder)
    stubgen.main(["-q", "-r", "-m", "aligator._aligator", "-O", str(output)])

for stub in output.rglob("*.pyi"):
    # With a value they would be members of the enumeration.
    stub.write_text(re.sub(r"^( +(?:names|values): dict) = \.\.\.$", r"\1", stub.read_text(), flags=re.M))
