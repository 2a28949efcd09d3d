"""Decode one JPEG frame with GDCM, as a program of its own: on damaged data GDCM can end its whole process.

Reads the frame from standard input and writes the pixels, little-endian, to standard output.
Usage: gdcm_child.py TRANSFER_SYNTAX HEIGHT WIDTH PRECISION. Imports nothing of ours, so that it starts quickly.
"""

import sys


def main() -> int:
    """Decode; 0 done, 1 the data are damaged, 3 GDCM is not installed."""
    try:
        import gdcm
    except ImportError:
        return 3
    syntax, (height, width, precision) = sys.argv[1], map(int, sys.argv[2:])
    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(sys.stdin.buffer.read())
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((width, height, 1))
    image.SetDataElement(element)
    kind = gdcm.PhotometricInterpretation.GetPIType("MONOCHROME2")
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    image.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.GetTSType(syntax)))
    image.SetPixelFormat(gdcm.PixelFormat(1, 8 if precision <= 8 else 16, precision, precision - 1, 0))
    pixels = image.GetBuffer()
    if pixels is None:
        return 1
    sys.stdout.buffer.write(pixels.encode("utf-8", "surrogateescape"))  # the binding returns bytes as text
    return 0


if __name__ == "__main__":
    sys.exit(main())
