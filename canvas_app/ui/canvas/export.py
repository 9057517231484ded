"""The strategy as a picture in a file: painted by vectors, whole, at 100 %."""

from pathlib import Path

from PySide6.QtCore import QMarginsF, QPointF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter, QTransform
from PySide6.QtSvg import QSvgGenerator

from canvas_app.ui.canvas.picture import Picture
from storage.base.errors import UserError
from storage.base.words import N_

_MARGIN = 32.0
_DPI = 96
_LARGEST_CLIP = 16_000_000.0  # px
_LARGEST_IMAGE = 16_000.0  # px a side


def save(picture: Picture, bounds: QRectF, file: Path) -> None:
    """Write a picture; the ending of the name decides the kind."""
    area = bounds.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
    match file.suffix.casefold():
        case ".svg":
            _svg(picture, area, file)
        case ".pdf":
            _pdf(picture, area, file)
        case ".png":
            _png(picture, area, file)
        case other:
            raise UserError(N_("“{ending}” is no kind of picture. Choose png, svg or pdf."), ending=other)


def image_of(picture: Picture, bounds: QRectF) -> QImage | None:
    """A part of the strategy as an image, for the clipboard; None if it would be very large."""
    area = bounds.adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
    if area.width() * area.height() > _LARGEST_CLIP:
        return None
    image = QImage(area.size().toSize(), QImage.Format.Format_RGB32)
    _paint(picture, QPainter(image), area, 1.0)
    return image


def _paint(picture: Picture, painter: QPainter, area: QRectF, scale: float) -> None:
    shift = QTransform.fromTranslate(-area.x(), -area.y()) * QTransform.fromScale(scale, scale)
    picture.paint(painter, shift, QRectF(QPointF(), area.size() * scale), 1.0, vector=True)
    painter.end()


def _svg(picture: Picture, area: QRectF, file: Path) -> None:
    paper = QSvgGenerator()
    paper.setFileName(str(file))
    paper.setSize(area.size().toSize())
    paper.setViewBox(QRectF(QPointF(), area.size()))
    _paint(picture, QPainter(paper), area, 1.0)


def _pdf(picture: Picture, area: QRectF, file: Path) -> None:
    paper = QPdfWriter(str(file))
    paper.setResolution(_DPI)
    points = QSizeF(area.width() * 72 / _DPI, area.height() * 72 / _DPI)
    paper.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    paper.setPageMargins(QMarginsF())
    _paint(picture, QPainter(paper), area, 1.0)


def _png(picture: Picture, area: QRectF, file: Path) -> None:
    scale = min(2.0, _LARGEST_IMAGE / max(area.width(), area.height()))
    image = QImage((area.size() * scale).toSize(), QImage.Format.Format_RGB32)
    _paint(picture, QPainter(image), area, scale)
    if not image.save(str(file)):
        raise UserError(N_("{file} cannot be written. Choose another place."), file=file)
