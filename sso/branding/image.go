package branding

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image/png"

	"gatehouse/sso"
)

// Limits of pictures, in bytes and pixels.
const (
	maxSVG    = 64 << 10
	maxPNG    = 128 << 10 // after it was written again
	MaxUpload = 1 << 20   // before it is sanitized
	maxSide   = 1024
	maxRatio  = 8 // of the longer to the shorter side
)

const pngSignature = "\x89PNG\r\n\x1a\n"

const neither = "The file is neither an SVG nor a PNG picture."

// Sanitize returns a picture that is safe to serve, written anew: its type is what it
// contains, whatever it is called. It also returns the kinds of SVG elements that were
// left out, sorted. Every error is Invalid "logo_unusable" with a text for the admin.
func Sanitize(in []byte) (picture sso.Image, omitted []string, err error) {
	switch {
	case len(in) == 0:
		return sso.Image{}, nil, unusable("The file is empty.")
	case len(in) > MaxUpload:
		return sso.Image{}, nil, unusable("The file is larger than 1 MiB.")
	case bytes.HasPrefix(in, []byte(pngSignature)):
		picture, err = sanitizePNG(in)
	case !bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(in, []byte(sso.ByteOrderMark)), " \t\r\n"), []byte("<")):
		return sso.Image{}, nil, unusable(neither)
	default:
		picture, omitted, err = sanitizeSVG(in)
	}
	if err != nil {
		return sso.Image{}, nil, err
	}
	sum := sha256.Sum256(picture.Body)
	picture.Hash = hex.EncodeToString(sum[:])
	return picture, omitted, nil
}

func unusable(public string) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "logo_unusable",
		Public: public,
	}
}

// sanitizePNG decodes a picture and writes it again, which drops metadata and whatever
// was appended. Its size is read first, since a small file can have very many pixels.
func sanitizePNG(in []byte) (sso.Image, error) {
	size, err := png.DecodeConfig(bytes.NewReader(in))
	if err != nil {
		return sso.Image{}, unusable("The file cannot be read as a PNG picture.").WithCause(err)
	}
	if err := checkSize(float64(size.Width), float64(size.Height)); err != nil {
		return sso.Image{}, err
	}
	if size.Width > maxSide || size.Height > maxSide {
		return sso.Image{}, unusable(fmt.Sprintf(
			"The picture has %d × %d pixels. Use at most %d × %d.", size.Width, size.Height, maxSide, maxSide,
		))
	}
	picture, err := png.Decode(bytes.NewReader(in))
	if err != nil {
		return sso.Image{}, unusable("The file cannot be read as a PNG picture.").WithCause(err)
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestCompression}
	if err := encoder.Encode(&out, picture); err != nil {
		return sso.Image{}, fmt.Errorf("write a PNG picture: %w", err)
	}
	if out.Len() > maxPNG {
		return sso.Image{}, unusable("The picture is larger than 128 KiB. Use fewer pixels, or an SVG.")
	}
	return sso.Image{
		Media:  sso.MediaPNG,
		Body:   out.Bytes(),
		Width:  size.Width,
		Height: size.Height,
	}, nil
}

// checkSize refuses pictures that no place on a page can show.
func checkSize(width, height float64) error {
	if !(width > 0) || !(height > 0) {
		return unusable("The picture has no size.")
	}
	if width > maxRatio*height || height > maxRatio*width {
		return unusable("The picture is too narrow: one side may be at most 8 times as long as the other.")
	}
	return nil
}
