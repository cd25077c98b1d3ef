package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"gatehouse/config"
	"gatehouse/sso"
	"gatehouse/sso/branding"
)

// brand builds the service that knows what people see in place of our own name.
func (g *gateway) brand() error {
	fixed := readBrand(g.config.Brand)
	if len(fixed.problems) > 0 {
		return &configError{fixed.problems}
	}
	for _, w := range fixed.warnings {
		g.log.Warn(w.String())
	}
	g.brands = branding.New(branding.Options{
		Store:      g.db,
		Fixed:      fixed.Brand,
		Images:     fixed.images,
		PerCompany: g.config.Brand.PerCompany,
		Log:        g.log,
		Now:        time.Now,
	})
	return nil
}

// fixedBrand is the brand that the settings fix, with its pictures, or what is wrong with
// it.
type fixedBrand struct {
	sso.Brand
	images             []sso.Image
	problems, warnings []config.Problem
}

// readBrand reads the pictures of the settings from their files.
func readBrand(c config.Brand) fixedBrand {
	b := fixedBrand{Brand: c.Fixed()}
	b.read(sso.BrandLogo, c.Logo, &b.Logo)
	b.read(sso.BrandLogoDark, c.LogoDark, &b.LogoDark)
	if err := branding.CheckContrast(b.Brand); err != nil {
		b.problems = append(b.problems, brandProblem(sso.BrandAccent, publicText(err)))
	}
	return b
}

func brandProblem(field, message string) config.Problem {
	return config.Problem{
		Setting: "brand." + field,
		Message: message,
	}
}

// read reads the picture of a setting; an empty path is none.
func (b *fixedBrand) read(field, path string, ref *sso.ImageRef) {
	if path == "" {
		return
	}
	image, omitted, err := readLogo(path)
	if err != nil {
		b.problems = append(b.problems, brandProblem(field, path+": "+err.Error()))
		return
	}
	if len(omitted) > 0 {
		b.warnings = append(b.warnings, brandProblem(
			field, path+": parts of the drawing are left out: "+strings.Join(omitted, ", "),
		))
	}
	*ref = image.Ref()
	b.images = append(b.images, image)
}

// readLogo reads a picture and makes it safe to serve. It returns the kinds of elements
// that were left out.
func readLogo(path string) (_ sso.Image, omitted []string, err error) {
	file, err := os.Open(path) //nolint:gosec // the operator names the file
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	if err != nil {
		return sso.Image{}, nil, fmt.Errorf("cannot be read: %w", err)
	}
	defer file.Close() //nolint:errcheck // it was only read
	content, err := io.ReadAll(io.LimitReader(file, branding.MaxUpload+1))
	if err != nil {
		return sso.Image{}, nil, errors.New("cannot be read: it is no file")
	}
	image, omitted, err := branding.Sanitize(content)
	if err != nil {
		return sso.Image{}, nil, errors.New(publicText(err))
	}
	return image, omitted, nil
}

// publicText returns the sentence of an error as it continues the name of a setting.
func publicText(err error) string {
	text := err.Error()
	if e, ok := errors.AsType[*sso.Error](err); ok {
		text = e.Text().String()
	}
	return strings.TrimSuffix(text, ".")
}
