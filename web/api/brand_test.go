package api

import (
	"encoding/base64"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/branding"
)

// brander is a service whose configuration sets the terms of use.
func (f *fixture) brander(log *slog.Logger) *branding.Service {
	return branding.New(branding.Options{
		Store:      f.db,
		Fixed:      sso.Brand{Terms: "https://fixed.example/terms"},
		PerCompany: true,
		Log:        log,
		Now:        time.Now,
	})
}

// inside returns a member of an object in a response.
func (r reply) inside(object, member string) any {
	o, _ := r.json[object].(map[string]any)
	return o[member]
}

const tinyLogo = `<svg viewBox="0 0 9 9"><script>alert(1)</script><path d="M0 0H9V9z"/></svg>`

func TestBrand(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(enterprisePath) + "/brand"
		got := f.do("GET", path, nil)
		f.wants(got, 200, "")
		if got.Header().Get("ETag") != `"1"` || got.json["has_draft"] != false || got.json["permission"] != "default" ||
			got.json["changed_at"] != nil || got.inside("worn", "terms") != "https://fixed.example/terms" {
			t.Errorf("got %s", got.Body)
		}
		got = f.do("PATCH", path, m{
			"product_name": "Northwind", "color": "102030", "accent": "#0E5C4B",
			"logo": m{"data": base64.StdEncoding.EncodeToString([]byte(tinyLogo))},
		}, "If-Match", `"1"`)
		f.wants(got, 200, "")
		f.did("brand.changed")
		url, _ := got.inside("draft", "logo").(map[string]any)["url"].(string)
		if got.json["has_draft"] != true || got.inside("published", "product_name") != "" ||
			got.inside("draft", "product_name") != "Northwind" || got.inside("worn", "product_name") != "" ||
			got.inside("preview", "accent") != "#0e5c4b" || got.inside("draft", "color") != "#102030" ||
			!strings.HasPrefix(url, "https://"+host+"/brand/") || !strings.HasSuffix(url, ".svg") ||
			fmt.Sprint(got.json["left_out"]) != "[script]" || got.Header().Get("ETag") != `"2"` {
			t.Errorf("got %s", got.Body)
		}
		f.wants(f.do("PATCH", path, m{"product_name": "X"}, "If-Match", `"1"`), 412, "changed_meanwhile")
		f.wants(f.do("POST", path+"/publish", nil, "If-Match", `"1"`), 412, "changed_meanwhile")
		f.wants(f.do("POST", path+"/discard", nil, "If-Match", `"1"`), 412, "changed_meanwhile")
		got = f.do("POST", path+"/publish", nil, "If-Match", `"2"`)
		f.wants(got, 200, "")
		f.did("brand.published")
		if got.inside("worn", "product_name") != "Northwind" || got.json["has_draft"] != false {
			t.Errorf("got %s", got.Body)
		}
		f.wants(f.do("PATCH", path, m{"logo": m{"data": ""}}), 200, "")
		got = f.do("POST", path+"/discard", nil)
		f.wants(got, 200, "")
		f.did("brand.discarded")
		if kept, _ := got.inside("draft", "logo").(map[string]any); kept["url"] != url {
			t.Errorf("got %s", got.Body)
		}
		got = f.do("PATCH", path, m{"product_name": "", "publish": true})
		f.wants(got, 200, "")
		if got.json["has_draft"] != false || got.inside("worn", "product_name") != "" {
			t.Errorf("got %s", got.Body)
		}
		other := f.do("GET", f.other.in(enterprisePath)+"/brand", nil)
		if other.inside("draft", "color") != "" || other.inside("preview", "color") != "" {
			t.Errorf("another company has %s", other.Body)
		}
	})
}

func TestBadBrands(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(enterprisePath) + "/brand"
		f.unchanged(func() {
			for _, c := range []struct {
				body   m
				status int
				code   string
				field  string
			}{
				{m{"accent": "#ffff00"}, 422, "contrast_too_low", "accent"},
				{m{"accent": "yellow"}, 422, "validation_failed", "accent"},
				{m{"product_name": "a\u202eb"}, 422, "validation_failed", "product_name"},
				{m{"privacy": "http://northwind.example"}, 422, "validation_failed", "privacy"},
				{m{"logo": m{"data": "%%%"}}, 422, "validation_failed", "logo.data"},
				{m{"logo": m{"data": "R0lGODlh"}}, 422, "logo_unusable", "logo"},
				{m{"logo_dark": m{"data": "R0lGODlh"}}, 422, "logo_unusable", "logo_dark"},
				{m{"logo": m{"url": "https://evil.example/x.svg"}}, 422, "validation_failed", "logo"},
				{m{"logo": m{"hash": strings.Repeat("a", 64)}}, 422, "validation_failed", "logo"},
				{m{"allowance": "allowed"}, 422, "validation_failed", "allowance"},
			} {
				got := f.do("PATCH", path, c.body)
				f.wants(got, c.status, c.code)
				if fields := got.fields(); len(fields) == 0 || !strings.HasPrefix(fields[0], c.field) {
					t.Errorf("%v: blamed %v", c.body, fields)
				}
			}
			got := f.do("PATCH", "/api/v1/brand", m{"terms": "https://northwind.example/terms"})
			f.wants(got, 409, "brand_locked")
			if fields := got.fields(); !slices.Equal(fields, []string{"terms"}) {
				t.Errorf("blamed %v", fields)
			}
			f.wants(f.do("PUT", path+"/permission", m{"permission": "perhaps"}), 422, "validation_failed")
		})
	})
}

// TestBrandPermission: the operator decides whether a company has a brand of its own; a
// token of the company does not, and opens neither the installation's brand nor another
// company's.
func TestBrandPermission(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(enterprisePath) + "/brand"
		company := f.scoped(f.acme["enterprise"], sso.ScopeAll)
		f.wants(f.with(company, "PATCH", path, m{"product_name": "Acme", "publish": true}), 200, "")
		f.unchanged(func() {
			f.wants(f.with(company, "PUT", path+"/permission", m{"permission": "allowed"}), 403, "scope_missing")
			for _, c := range [][2]string{{"GET", ""}, {"PATCH", ""}, {"POST", "/publish"}, {"POST", "/discard"}} {
				var body any
				if c[0] == "PATCH" {
					body = m{"product_name": "X"}
				}
				f.wants(f.with(company, c[0], "/api/v1/brand"+c[1], body), 403, "scope_missing")
				f.wants(f.with(company, c[0], f.other.in(enterprisePath)+"/brand"+c[1], body), 404, "not_found")
			}
		})
		got := f.do("PUT", path+"/permission", m{"permission": "refused"})
		f.wants(got, 200, "")
		f.did("brand.allowed")
		if got.json["allowed"] != false || got.json["permission"] != "refused" || got.inside("worn", "product_name") != "" ||
			got.inside("published", "product_name") != "Acme" {
			t.Errorf("got %s", got.Body)
		}
		f.wants(f.with(company, "PATCH", path, m{"product_name": "X"}), 403, "brand_not_allowed")
		f.wants(f.with(company, "POST", path+"/publish", nil), 403, "brand_not_allowed")
		got = f.do("PUT", path+"/permission", m{"permission": "default"})
		if got.json["allowed"] != true || got.inside("worn", "product_name") != "Acme" {
			t.Errorf("got %s", got.Body)
		}
	})
}
