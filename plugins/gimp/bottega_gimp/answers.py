"""Return values as GIMP's procedures give them, arrays of layers included, which Python cannot make."""

from __future__ import annotations

from gi.repository import Gimp, GObject

from .laying import Laid

Status = Gimp.PDBStatusType


def replaced(procedure: Gimp.Procedure, *made: GObject.Value) -> Gimp.ValueArray:
    """Success, with these values."""
    values = procedure.new_return_values(Status.SUCCESS, None)
    for index, value in enumerate(made, 1):
        values.remove(index)
        values.insert(index, value)
    return values


def returned(
    procedure: Gimp.Procedure, laid: Laid | None, parameters: str, image: Gimp.Image | None, job: int = 0
) -> Gimp.ValueArray:
    """What a painting procedure gives: the layer or the group, its parameters, the image, all layers, and the number of
    a job that the queue has instead of them."""
    layer = laid.layer if laid else None
    first = (GObject.Value(Gimp.Layer, layer), GObject.Value(str, parameters), GObject.Value(Gimp.Image, image))
    number = GObject.Value(GObject.TYPE_INT, job)
    if laid is None:
        values = replaced(procedure, *first)
        values.remove(5)
    else:
        values = _with_layers(laid.layer)
        for index, value in enumerate(first, 1):
            values.insert(index, value)
    values.append(number)
    return values


def _with_layers(made: Gimp.Layer) -> Gimp.ValueArray:
    """Success and the layers of a result: PyGObject can pass arrays of objects on but cannot make any, so that GIMP's
    own procedures are asked, which return nothing else."""
    if made.is_group():
        return _asked("gimp-item-get-children", item=made)
    made.get_image().set_selected_layers([made])
    return _asked("gimp-image-get-selected-layers", image=made.get_image())


def _asked(name: str, **values: object) -> Gimp.ValueArray:
    procedure = Gimp.get_pdb().lookup_procedure(name)
    config = procedure.create_config()
    for each, value in values.items():
        config.set_property(each, value)
    return procedure.run(config)
