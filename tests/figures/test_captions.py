"""Captions stand in the report as they are written, and do nothing there."""

import pytest
from docutils.core import publish_doctree

from sobolev_diffusion.figures.captions import as_rst


@pytest.mark.parametrize(
    "caption",
    [
        "Fig. 1 of the paper: cost by T_a, 95% interval; `x` *y* |z| a_ <b> ..",
        ".. raw:: html\n\n   <script>alert(1)</script>",
        ".. include:: /etc/passwd",
        "- a list",
        "Title\n=====",
        "1. first\n2. second",
        "term\n  definition",
        ":field: value",
        "a :raw-html:`<b>` \\ b",
        "::\n\n  code",
        ">>> doctest",
    ],
)
def test_a_caption_is_one_paragraph_that_reads_as_it_is_written(caption):
    (paragraph,) = publish_doctree(as_rst(caption)).children
    assert paragraph.tagname == "paragraph"
    assert paragraph.astext() == " ".join(caption.split())
