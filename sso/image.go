package sso

// Image is a picture that was checked, and that we serve ourselves.
type Image struct {
	Hash   string // SHA-256 of Body in hexadecimal, its address
	Media  string // MediaSVG or MediaPNG
	Body   []byte
	Width  int // in pixels; of an SVG, as it is drawn by itself
	Height int
}

// The media types of images.
const (
	MediaSVG = "image/svg+xml"
	MediaPNG = "image/png"
)

// Ref returns the reference to the image.
func (i Image) Ref() ImageRef {
	return ImageRef{
		Hash:   i.Hash,
		Media:  i.Media,
		Width:  i.Width,
		Height: i.Height,
	}
}

// Path returns the path of the address that the picture is served at, "" for none.
func (r ImageRef) Path() string {
	switch r.Media {
	case MediaSVG:
		return "/brand/" + r.Hash + ".svg"
	case MediaPNG:
		return "/brand/" + r.Hash + ".png"
	}
	return ""
}
