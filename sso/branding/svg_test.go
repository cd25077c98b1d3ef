package branding

import (
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
)

// drawn is a drawing with parts in it.
func drawn(parts string) string {
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50">` + parts + `</svg>`
}

const shape = `<path d="M0 0H10V10z"/>`

// kept is what is written for a drawing with parts.
func kept(parts string) string {
	return `<svg height="50" viewBox="0 0 100 50" width="100" xmlns="http://www.w3.org/2000/svg">` + parts + `</svg>`
}

func TestSVG(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in, out string
		omitted []string
	}{
		"plain": {in: drawn(shape), out: kept(shape)},
		"declaration, comment and byte order mark": {
			in:  "\ufeff<?xml version=\"1.0\" encoding=\"UTF-8\"?><!-- made by hand -->" + drawn("<!-- x -->"+shape) + "\n",
			out: kept(shape),
		},
		"without a namespace": {
			in:  `<svg viewBox="0 0 100 50">` + shape + `</svg>`,
			out: kept(shape),
		},
		"size instead of a view box": {
			in:  `<svg xmlns="http://www.w3.org/2000/svg" width="100px" height="50">` + shape + `</svg>`,
			out: kept(shape),
		},
		"script":          {in: drawn("<script>alert(1)</script>" + shape), out: kept(shape), omitted: []string{"script"}},
		"script in CDATA": {in: drawn("<script><![CDATA[<path/>]]></script>" + shape), out: kept(shape), omitted: []string{"script"}},
		"handler":         {in: drawn(`<path onload="alert(1)" d="M0 0H10V10z"/>`), out: kept(shape)},
		"handler on root": {
			in:  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50" onload="x()">` + shape + `</svg>`,
			out: kept(shape),
		},
		"picture inside": {
			in:      drawn(`<image href="https://evil.example/x.png"/>` + shape),
			out:     kept(shape),
			omitted: []string{"image"},
		},
		"HTML inside": {
			in:      drawn(`<foreignObject><p xmlns="http://www.w3.org/1999/xhtml">x</p></foreignObject>` + shape),
			out:     kept(shape),
			omitted: []string{"foreignObject"},
		},
		"HTML by a prefix": {in: drawn(`<h:path xmlns:h="http://www.w3.org/1999/xhtml" d="M0 0"/>` + shape), out: kept(shape)},
		"link": {
			in:      drawn(`<a href="javascript:alert(1)">` + shape + `</a>` + shape),
			out:     kept(shape),
			omitted: []string{"a"},
		},
		"text": {in: drawn(`<text font-family="x">Acme</text>` + shape), out: kept(shape), omitted: []string{"text"}},
		"use": {
			in:      drawn(`<g id="a">` + shape + `</g><use href="#a"/>`),
			out:     kept(`<g id="a">` + shape + `</g>`),
			omitted: []string{"use"},
		},
		"animation": {
			in:      drawn(`<path d="M0 0H10V10z"><animate attributeName="href" to="javascript:x"/></path>`),
			out:     kept(shape),
			omitted: []string{"animate"},
		},
		"title and metadata": {in: drawn(`<title>Acme</title><metadata><x/></metadata>` + shape), out: kept(shape)},
		"notes of a program": {
			in:  drawn(`<i:view xmlns:i="urn:program"/><path i:x="1" xmlns:i="urn:program" d="M0 0H10V10z"/>`),
			out: kept(shape),
		},
		"prefixed SVG": {
			in:  `<s:svg xmlns:s="http://www.w3.org/2000/svg" viewBox="0 0 100 50"><s:path d="M0 0H10V10z"/></s:svg>`,
			out: kept(shape),
		},
		"fill of another file": {in: drawn(`<path fill="url(https://evil.example/#a)" d="M0 0H10V10z"/>`), out: kept(shape)},
		"fill with an escape":  {in: drawn(`<path fill="ur\6c(//evil.example)" d="M0 0H10V10z"/>`), out: kept(shape)},
		"data address":         {in: drawn(`<path clip-path="url(data:image/svg+xml,x)" d="M0 0H10V10z"/>`), out: kept(shape)},
		"import in a style": {
			in:  drawn(`<style>@import "//evil.example/x.css"; .a{fill:url(//evil.example)}</style><path class="a" d="M0 0H10V10z"/>`),
			out: kept(shape),
		},
		"classes": {
			in: drawn(`<style>/* x */ .a, .b{fill:#0e5c4b;font:12px x;behavior:url(x)} .b{stroke : RED!important}</style>` +
				`<path class="a" d="M0 0"/><path class="a b c" fill="blue" d="M1 1"/>`),
			out: kept(`<path d="M0 0" fill="#0e5c4b"/><path d="M1 1" fill="#0e5c4b" stroke="RED"/>`),
		},
		"style": {
			in: drawn(`<path class="a" style="fill:#fff; background:url(//evil.example)" fill="red" d="M0 0"/>` +
				`<style>.a{fill:blue}</style>`),
			out: kept(`<path d="M0 0" fill="#fff"/>`),
		},
		"gradient": {
			in: drawn(`<defs><linearGradient id="a"><stop offset="50%" stop-color="#fff"/></linearGradient>` +
				`<linearGradient id="b" xlink:href="#a" xmlns:xlink="http://www.w3.org/1999/xlink" gradientTransform="rotate(45)"/>` +
				`<linearGradient id="c" href="//evil.example#a"/></defs><path fill="url(#b)" d="M0 0"/>`),
			out: kept(`<defs><linearGradient id="a"><stop offset="50%" stop-color="#fff"/></linearGradient>` +
				`<linearGradient gradientTransform="rotate(45)" href="#a" id="b"/>` +
				`<linearGradient id="c"/></defs><path d="M0 0" fill="url(#b)"/>`),
		},
		"clip and mask": {
			in: drawn(`<clipPath id="a"><rect width="1" height="1"/></clipPath><g clip-path="url(#a)" mask="url('#b')">` + shape + `</g>`),
			out: kept(`<clipPath id="a"><rect height="1" width="1"/></clipPath>` +
				`<g clip-path="url(#a)" mask="url(&#39;#b&#39;)">` + shape + `</g>`),
		},
		"hidden stays hidden": {
			in:  drawn(`<path display="none" d="M1 1"/>` + shape),
			out: kept(`<path d="M1 1" display="none"/>` + shape),
		},
		"color of the root": {
			in: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 50" fill="none" ` +
				`stroke="#123" class="x" id="y">` + shape + `</svg>`,
			out: `<svg fill="none" height="50" stroke="#123" viewBox="0 0 100 50" width="100" ` +
				`xmlns="http://www.w3.org/2000/svg">` + shape + `</svg>`,
		},
		"references in text": {in: drawn(`<path d="M0 0H10&#86;10z" fill="&#x72;ed"/>`), out: kept(`<path d="M0 0H10V10z" fill="red"/>`)},
	} {
		got, omitted, err := Sanitize([]byte(c.in))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if string(got.Body) != c.out || !slices.Equal(omitted, c.omitted) || got.Media != sso.MediaSVG {
			t.Errorf("%s:\n%s\nwant\n%s\nomitted %v, want %v", name, got.Body, c.out, omitted, c.omitted)
		}
		again, none, err := Sanitize(got.Body)
		if err != nil || string(again.Body) != string(got.Body) || len(none) > 0 || again.Hash != got.Hash {
			t.Errorf("%s is not left as it is: %s (%v, %v)", name, again.Body, none, err)
		}
	}
}

func TestBadSVG(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ in, says string }{
		"nothing":         {"", "empty"},
		"text":            {"hello", "neither"},
		"HTML":            {"<html><svg/></html>", "neither an SVG nor a PNG"},
		"another svg":     {`<svg xmlns="urn:x" viewBox="0 0 1 1">` + shape + `</svg>`, "neither an SVG nor a PNG"},
		"entities":        {`<!DOCTYPE svg [<!ENTITY a "b">]>` + drawn(shape), "DOCTYPE"},
		"doctype inside":  {drawn(`<!DOCTYPE svg>` + shape), "DOCTYPE"},
		"unknown entity":  {drawn(`<path d="&a;"/>`), "read as an SVG"},
		"not closed":      {drawn(`<g>` + shape), "read as an SVG"},
		"UTF-16":          {"\xff\xfe<\x00s\x00v\x00g\x00", "neither"},
		"other encoding":  {`<?xml version="1.0" encoding="ISO-8859-1"?>` + drawn(shape), "read as an SVG"},
		"two documents":   {drawn(shape) + drawn(shape), "follows"},
		"appended":        {drawn(shape) + "PK\x03\x04", "read as an SVG"},
		"no size":         {`<svg xmlns="http://www.w3.org/2000/svg">` + shape + `</svg>`, "viewBox"},
		"size in percent": {`<svg xmlns="http://www.w3.org/2000/svg" width="100%" height="100%">` + shape + `</svg>`, "viewBox"},
		"no width":        {`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 0 50">` + shape + `</svg>`, "no size"},
		"not a number":    {`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1e999 50">` + shape + `</svg>`, "viewBox"},
		"narrow":          {`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 801 100">` + shape + `</svg>`, "narrow"},
		"nothing visible": {drawn(`<defs>` + shape + `</defs><text>Acme</text>`), "Nothing is left"},
		"too deep":        {drawn(strings.Repeat("<g>", 40) + shape + strings.Repeat("</g>", 40)), "nested"},
		"too many":        {drawn(strings.Repeat("<g/>", 2001) + shape), "2000 parts"},
		"too large":       {drawn(shape + "<!--" + strings.Repeat("x", 64<<10) + "-->"), "64 KiB"},
		"another picture": {"GIF89a", "neither"},
		"much too large":  {strings.Repeat("x", 1<<20+1), "1 MiB"},
	} {
		_, _, err := Sanitize([]byte(c.in))
		e, ok := errors.AsType[*sso.Error](err)
		if !ok || e.Kind != sso.Invalid || e.Code != "logo_unusable" || !strings.Contains(e.Public, c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzSVG: whatever is accepted is written as XML of allowed elements and attributes with
// harmless values, and is left as it is when it is sanitized again.
func FuzzSVG(f *testing.F) {
	for _, parts := range []string{
		shape, `<style>.a{fill:red}</style><path class="a" d="M0 0"/>`, `<a xlink:href="x">` + shape + `</a>`,
		`<path style="fill:url(#a)" d="M0 0"/>`, `<![CDATA[x]]>` + shape, `<use href="#a"/>` + shape,
	} {
		f.Add([]byte(drawn(parts)))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		picture, _, err := Sanitize(in)
		if err != nil || picture.Media != sso.MediaSVG {
			return
		}
		again, omitted, err := Sanitize(picture.Body)
		if err != nil || string(again.Body) != string(picture.Body) || len(omitted) > 0 {
			t.Errorf("%q becomes %q, then %q (%v)", in, picture.Body, again.Body, err)
		}
		harmless(t, picture.Body)
	})
}

// harmless reads a picture without the code that wrote it.
func harmless(t *testing.T, body []byte) {
	t.Helper()
	decoder := xml.NewDecoder(strings.NewReader(string(body)))
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			if _, end := token.(xml.EndElement); !end {
				t.Errorf("%s has a %T", body, token)
			}
			continue
		}
		if start.Name.Space != svgNamespace {
			t.Errorf("%s: %v", body, start.Name)
		}
		for _, a := range start.Attr {
			value := strings.ToLower(a.Value)
			if a.Name.Local == "xmlns" {
				continue
			}
			if a.Name.Space != "" || strings.HasPrefix(strings.ToLower(a.Name.Local), "on") ||
				strings.ContainsAny(value, `:\<>&;{}@`) || strings.Contains(strings.ReplaceAll(strings.ReplaceAll(
				value, "url(#", ""), "url('#", ""), "url(") && !strings.Contains(value, `url("#`) {
				t.Errorf("%s: %s=%q", body, a.Name.Local, a.Value)
			}
		}
	}
}
