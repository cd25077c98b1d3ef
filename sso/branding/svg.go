package branding

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso"
)

// Limits of an SVG beside its size.
const (
	maxDepth    = 32
	maxElements = 2000
	maxClips    = 100 // elements that are clipped or masked; each draws its clip or mask anew
	maxProperty = 200 // bytes of a property, which a class can give to every element
)

const svgNamespace = "http://www.w3.org/2000/svg"

// drawing is an SVG that was read: only what we know to be harmless.
type drawing struct {
	root    *element
	styles  map[string]map[string]string // by class, then by property
	omitted map[string]bool              // kinds of elements that were left out
	count   int
	clips   int // elements that are clipped or masked
}

// element is one with its attributes, by name.
type element struct {
	name       string
	attributes map[string]string
	style      map[string]string // its own, by property
	class      []string
	children   []*element
}

// sanitizeSVG reads an SVG into a tree of elements and attributes that are known to be
// harmless, and writes that tree: nothing of the text itself is copied. Links, scripts,
// fonts, text, animations and references to other files are left out. Classes and style
// sheets, which drawing programs write for colours, become attributes.
func sanitizeSVG(in []byte) (picture sso.Image, omitted []string, err error) {
	if len(in) > maxSVG {
		return sso.Image{}, nil, unusable("The file is larger than 64 KiB.")
	}
	d := drawing{
		styles:  map[string]map[string]string{},
		omitted: map[string]bool{},
	}
	if err := d.read(in); err != nil {
		return sso.Image{}, nil, err
	}
	d.dress(d.root)
	if d.flatten(d.root, false); d.clips > maxClips {
		return sso.Image{}, nil, unusable("The drawing has more than 100 clips and masks. Simplify it, or use a PNG.")
	}
	width, height, err := d.root.frame()
	if err != nil {
		return sso.Image{}, nil, err
	}
	if !d.root.visible() {
		return sso.Image{}, nil, unusable("Nothing is left of the drawing: use paths instead of text, pictures or symbols.")
	}
	var out bytes.Buffer
	if !d.root.write(&out) {
		return sso.Image{}, nil, unusable("The drawing is larger than 64 KiB once its styles are written out. Simplify it.")
	}
	for name := range d.omitted {
		omitted = append(omitted, name)
	}
	slices.Sort(omitted)
	return sso.Image{
		Media:  sso.MediaSVG,
		Body:   out.Bytes(),
		Width:  width,
		Height: height,
	}, omitted, nil
}

// read parses the document.
func (d *drawing) read(in []byte) error {
	decoder := xml.NewDecoder(bytes.NewReader(in))
	for d.root == nil {
		token, err := decoder.Token()
		if err != nil {
			return unreadable(err)
		}
		switch t := token.(type) {
		case xml.Directive:
			return unusable("The file has a DOCTYPE. Save it as plain SVG.")
		case xml.StartElement:
			if t.Name.Local != "svg" || !ours(t.Name) {
				return unusable(neither)
			}
			if d.root, err = d.element(decoder, t, 1); err != nil {
				return err
			}
		}
	}
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return unreadable(err)
		}
		if text, ok := token.(xml.CharData); !ok || len(bytes.TrimSpace(text)) > 0 {
			if _, comment := token.(xml.Comment); !comment {
				return unusable("Something follows after the end of the drawing.")
			}
		}
	}
}

func unreadable(err error) error {
	return unusable("The file cannot be read as an SVG.").WithCause(err)
}

// ours reports whether an element is one of SVG. A prefix alone says nothing.
func ours(name xml.Name) bool { return name.Space == svgNamespace || name.Space == "" }

// element reads an element to its end.
func (d *drawing) element(decoder *xml.Decoder, start xml.StartElement, depth int) (*element, error) {
	if d.count++; d.count > maxElements {
		return nil, unusable("The drawing has more than 2000 parts. Simplify it, or use a PNG.")
	}
	if depth > maxDepth {
		return nil, unusable("The drawing is nested more than 32 levels deep.")
	}
	e := &element{
		name:       start.Name.Local,
		attributes: map[string]string{},
	}
	for _, a := range start.Attr {
		if a.Name.Space == "" || a.Name.Local == "href" {
			d.take(e, a.Name.Local, strings.TrimSpace(a.Value))
		}
	}
	for {
		token, err := decoder.Token()
		if err != nil {
			return nil, unreadable(err)
		}
		switch t := token.(type) {
		case xml.EndElement:
			return e, nil
		case xml.Directive:
			return nil, unusable("The file has a DOCTYPE. Save it as plain SVG.")
		case xml.StartElement:
			if err := d.child(decoder, e, t, depth); err != nil {
				return nil, err
			}
		}
	}
}

// child reads what is in an element, or skips it.
func (d *drawing) child(decoder *xml.Decoder, parent *element, start xml.StartElement, depth int) error {
	name := start.Name.Local
	switch {
	case ours(start.Name) && name == "style":
		return d.sheet(decoder)
	case !ours(start.Name) || !slices.Contains(elements[:], name):
		// Drawing programs leave notes of their own, which draw nothing.
		if ours(start.Name) && !slices.Contains(notes[:], name) {
			d.omitted[name] = true
		}
		return skip(decoder)
	}
	e, err := d.element(decoder, start, depth+1)
	if err != nil {
		return err
	}
	parent.children = append(parent.children, e)
	return nil
}

func skip(decoder *xml.Decoder) error {
	if err := decoder.Skip(); err != nil {
		return unreadable(err)
	}
	return nil
}

// elements are those that are kept.
var elements = [...]string{
	"g", "defs", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon",
	"linearGradient", "radialGradient", "stop", "clipPath", "mask",
}

// notes are elements that draw nothing.
var notes = [...]string{"title", "desc", "metadata"}

// shapes are elements that draw.
var shapes = [...]string{"path", "rect", "circle", "ellipse", "line", "polyline", "polygon"}

// visible reports whether an element draws anything.
func (e *element) visible() bool {
	if slices.Contains(shapes[:], e.name) {
		return true
	}
	if e.name != "svg" && e.name != "g" {
		return false
	}
	return slices.ContainsFunc(e.children, (*element).visible)
}

// What values of attributes may be. None can name anything outside of the file.
var (
	isID        = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,99}$`)
	isPath      = regexp.MustCompile(`^[MmZzLlHhVvCcSsQqTtAaEe0-9+\-., \t\r\n]*$`)
	isNumbers   = regexp.MustCompile(`^[0-9+\-., \t\r\nEe%]*(?:px|em|rem|pt|mm|cm|in)?$`)
	isWord      = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9\- ]*$`)
	isTransform = regexp.MustCompile(
		`^(?:(?:matrix|translate|scale|rotate|skewX|skewY)\s*\([0-9+\-.,\seE]*\)[\s,]*)*$`,
	)
	isPaint = regexp.MustCompile(
		`^(?:[A-Za-z]+|#[0-9A-Fa-f]{3,8}|(?:rgb|rgba|hsl|hsla)\([0-9.,%\s/]*\)|` +
			`url\(['"]?#[A-Za-z_][A-Za-z0-9_.-]{0,99}['"]?\)(?:\s+(?:[A-Za-z]+|#[0-9A-Fa-f]{3,8}))?)$`,
	)
	isReference = regexp.MustCompile(`^(?:none|url\(['"]?#[A-Za-z_][A-Za-z0-9_.-]{0,99}['"]?\))$`)
	isFragment  = regexp.MustCompile(`^#[A-Za-z_][A-Za-z0-9_.-]{0,99}$`)
)

// attributes are those that are kept, with what their values may be.
var attributes = map[string]*regexp.Regexp{
	"id": isID, "d": isPath, "points": isNumbers, "viewBox": isNumbers,
	"x": isNumbers, "y": isNumbers, "x1": isNumbers, "y1": isNumbers, "x2": isNumbers, "y2": isNumbers,
	"cx": isNumbers, "cy": isNumbers, "r": isNumbers, "rx": isNumbers, "ry": isNumbers, "fx": isNumbers,
	"fy": isNumbers, "width": isNumbers, "height": isNumbers, "offset": isNumbers,
	"transform": isTransform, "gradientTransform": isTransform,
	"gradientUnits": isWord, "spreadMethod": isWord, "clipPathUnits": isWord, "maskUnits": isWord,
	"maskContentUnits": isWord, "preserveAspectRatio": isWord,
	"href": isFragment,
}

// properties are attributes that can also be given in a style, with the same.
var properties = map[string]*regexp.Regexp{
	"fill": isPaint, "stroke": isPaint, "color": isPaint, "stop-color": isPaint,
	"fill-opacity": isNumbers, "stroke-opacity": isNumbers, "opacity": isNumbers, "stop-opacity": isNumbers,
	"stroke-width": isNumbers, "stroke-miterlimit": isNumbers,
	"fill-rule": isWord, "clip-rule": isWord, "stroke-linecap": isWord, "stroke-linejoin": isWord,
	"mask-type": isWord, "display": isWord, "visibility": isWord,
	"clip-path": isReference, "mask": isReference,
}

// take keeps an attribute if it is harmless. Gradients inherit from others of the file;
// nothing else refers to anything.
func (d *drawing) take(e *element, name, value string) {
	switch {
	case name == "class":
		e.class = strings.Fields(value)
	case name == "style":
		e.style = d.declarations(value)
	case value == "", name == "href" && e.name != "linearGradient" && e.name != "radialGradient":
	case attributes[name] != nil && attributes[name].MatchString(value), d.allows(name, value):
		e.attributes[name] = value
	}
}

// allows reports whether a property is kept. Dashes are not: a short one on a long line
// is drawn millions of times.
func (d *drawing) allows(name, value string) bool {
	if name == "stroke-dasharray" && value != "none" {
		d.omitted[name] = true
	}
	return properties[name] != nil && len(value) <= maxProperty && properties[name].MatchString(value)
}

// flatten removes the clips and masks of what is itself part of one, and counts the
// others. A mask whose two parts use the next one, and so on, would be drawn a billion
// times.
func (d *drawing) flatten(e *element, inside bool) {
	inside = inside || e.name == "clipPath" || e.name == "mask"
	for _, name := range [...]string{"clip-path", "mask"} {
		switch value := e.attributes[name]; {
		case value == "":
		case inside:
			delete(e.attributes, name)
			if value != "none" {
				d.omitted["nested "+name] = true
			}
		case value != "none":
			d.clips++
		}
	}
	for _, child := range e.children {
		d.flatten(child, inside)
	}
}

// frame sets the view box of the drawing, and returns the size in pixels.
func (e *element) frame() (width, height int, err error) {
	box := numbers(e.attributes["viewBox"])
	if len(box) != 4 {
		w := numbers(strings.TrimSuffix(e.attributes["width"], "px"))
		h := numbers(strings.TrimSuffix(e.attributes["height"], "px"))
		if len(w) != 1 || len(h) != 1 {
			return 0, 0, unusable("The drawing has no viewBox, and no width and height in pixels.")
		}
		box = []float64{0, 0, w[0], h[0]}
	}
	if err := checkSize(box[2], box[3]); err != nil {
		return 0, 0, err
	}
	scale := 1.0
	if longer := math.Max(box[2], box[3]); longer > maxSide || longer < maxRatio {
		scale = maxSide / 2 / longer // a drawing has no pixels of its own
	}
	width = max(int(math.Round(box[2]*scale)), 1)
	height = max(int(math.Round(box[3]*scale)), 1)
	maps.DeleteFunc(e.attributes, func(name, _ string) bool { return properties[name] == nil })
	e.attributes["xmlns"] = svgNamespace
	e.attributes["viewBox"] = fmt.Sprintf(
		"%s %s %s %s", plain(box[0]), plain(box[1]), plain(box[2]), plain(box[3]),
	)
	e.attributes["width"], e.attributes["height"] = strconv.Itoa(width), strconv.Itoa(height)
	return width, height, nil
}

func plain(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

// numbers returns the numbers of a list; none if one of them is none.
func numbers(list string) []float64 {
	var all []float64
	for _, field := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(" ,\t\r\n", r) }) {
		f, err := strconv.ParseFloat(field, 64)
		if err != nil || math.IsInf(f, 0) || math.IsNaN(f) || math.Abs(f) > 1e6 {
			return nil
		}
		all = append(all, f)
	}
	return all
}

// write writes the element, with its attributes in the order of their names. It returns
// false once the result is too large, which classes can make it.
func (e *element) write(out *bytes.Buffer) bool {
	out.WriteString("<" + e.name)
	names := make([]string, 0, len(e.attributes))
	for name := range e.attributes {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		out.WriteString(" " + name + `="`)
		_ = xml.EscapeText(out, []byte(e.attributes[name])) // a buffer accepts every write
		out.WriteString(`"`)
	}
	if len(e.children) == 0 {
		out.WriteString("/>")
		return out.Len() <= maxSVG
	}
	out.WriteString(">")
	for _, child := range e.children {
		if !child.write(out) {
			return false
		}
	}
	out.WriteString("</" + e.name + ">")
	return out.Len() <= maxSVG
}
