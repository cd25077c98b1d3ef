package ui

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var static embed.FS

// contentType is spelled out, because the tables of machines differ.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return "application/octet-stream"
}

// assets are the files of static, each served under a name with the hash of its
// content in it, so that it can be kept for ever.
type assets struct {
	urls  map[string]string // "app.css" → "/static/app.1f0c….css"
	files map[string]asset  // by URL
}

type asset struct {
	content     []byte
	contentType string
}

func newAssets() (*assets, error) {
	a := &assets{urls: map[string]string{}, files: map[string]asset{}}
	err := fs.WalkDir(static, "static", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := static.ReadFile(file)
		if err != nil {
			return fmt.Errorf("read %s: %w", file, err)
		}
		name, sum := path.Base(file), sha256.Sum256(content)
		ext := path.Ext(name)
		url := "/static/" + strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
		a.urls[name], a.files[url] = url, asset{content, contentType(name)}
		return nil
	})
	return a, err
}

func (a *assets) url(name string) (string, error) {
	if u, ok := a.urls[name]; ok {
		return u, nil
	}
	return "", fmt.Errorf("there is no asset %q", name)
}

// Assets returns the addresses of all files of static, by their names.
func (p *Renderer) Assets() map[string]string { return maps.Clone(p.assets.urls) }

// Static serves the style sheet, scripts and images under /static/.
func (p *Renderer) Static() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		file, ok := p.assets.files[r.URL.Path]
		if !ok {
			w.Header().Set("Cache-Control", "no-store")
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", file.contentType)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		// A page with Base.Home is shown under another address. These are public
		// anyway.
		w.Header().Set("Access-Control-Allow-Origin", "*")
		_, _ = w.Write(file.content)
	})
}
