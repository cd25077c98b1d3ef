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
