package sso_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestMergeBrands asks for each field of every combination of four levels: the first that
// has it wins.
func TestMergeBrands(t *testing.T) {
	t.Parallel()
	level := func(n int) sso.Brand {
		name := fmt.Sprint(n)
		return sso.Brand{
			Product: name, Logo: sso.ImageRef{Hash: name}, Color: name, Accent: name, Support: name, Privacy: name,
			Terms: name, MailName: name, MailFooter: name, SignInText: name, Language: name,
		}
	}
	for set := range 16 {
		var levels []sso.Brand
		var want sso.Brand
		for n := range 4 {
			if set&(1<<n) == 0 {
				levels = append(levels, sso.Brand{})
				continue
			}
			levels = append(levels, level(n))
			if want == (sso.Brand{}) {
				want = level(n)
			}
		}
		if got := sso.MergeBrands(levels...); got != want {
			t.Errorf("%v: %+v", levels, got)
		}
	}
	for field := range 11 { // each field alone
		one := level(1)
		all := []*string{
			&one.Product, &one.Logo.Hash, &one.Color, &one.Accent, &one.Support, &one.Privacy, &one.Terms,
			&one.MailName, &one.MailFooter, &one.SignInText, &one.Language,
		}
		*all[field] = ""
		got := sso.MergeBrands(one, level(2))
		if changed := got.Differences(level(1)); len(changed) != 1 || got.Differences(level(2)) == nil {
			t.Errorf("without field %d, %v are of the second level", field, changed)
		}
	}
}

// TestMergedTogether: what belongs together comes from one level.
func TestMergedTogether(t *testing.T) {
	t.Parallel()
	below := sso.Brand{
		Logo:          sso.ImageRef{Hash: "below"},
		LogoDark:      sso.ImageRef{Hash: "below in the dark"},
		Language:      "en",
		LanguageFirst: true,
	}
	got := sso.MergeBrands(sso.Brand{Logo: sso.ImageRef{Hash: "own"}, Language: "de"}, below)
	if got.LogoDark != (sso.ImageRef{}) || got.LanguageFirst {
		t.Errorf("another company is shown in the dark, or its language comes first: %+v", got)
	}
	if got := sso.MergeBrands(sso.Brand{Product: "Northwind"}, below); got.LogoDark != below.LogoDark || !got.LanguageFirst {
		t.Errorf("not inherited: %+v", got)
	}
}

func TestBrandValidate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		brand sso.Brand
		wrong string // the field
	}{
		"nothing": {},
		"everything": {brand: sso.Brand{
			Product: "Northwind “Größe” 株式会社", Logo: sso.ImageRef{Hash: "x"}, LogoDark: sso.ImageRef{Hash: "y"},
			Color: "#0e5c4b", Accent: "#000000", Support: "help@northwind.example", Privacy: "https://n.example/p?q#r",
			Terms: "https://n.example", MailName: "Northwind, Ltd.", MailFooter: "One\n\nThree",
			SignInText: strings.Repeat("ü", 300), Language: "pt-BR", LanguageFirst: true,
		}},
		"support by address":     {brand: sso.Brand{Support: "https://help.example/"}},
		"long name":              {sso.Brand{Product: strings.Repeat("a", 61)}, "product_name"},
		"two lines":              {sso.Brand{Product: "a\nb"}, "product_name"},
		"a carriage return":      {sso.Brand{Product: "a\rBcc: x"}, "product_name"},
		"a direction":            {sso.Brand{Product: "a\u202eb"}, "product_name"},
		"nothing to see":         {sso.Brand{Product: "a\u200bb"}, "product_name"},
		"not UTF-8":              {sso.Brand{Product: "a\xff"}, "product_name"},
		"space":                  {sso.Brand{Product: " a"}, "product_name"},
		"only space":             {sso.Brand{Product: " "}, "product_name"},
		"an address as name":     {sso.Brand{MailName: "ceo@bank.example"}, "mail_from_name"},
		"a header in a name":     {sso.Brand{MailName: "a\r\nBcc: x"}, "mail_from_name"},
		"a name that ends":       {sso.Brand{MailName: `a" <x`}, "mail_from_name"},
		"a long footer":          {sso.Brand{MailFooter: strings.Repeat("a", 1001)}, "mail_footer"},
		"many lines":             {sso.Brand{MailFooter: strings.Repeat("a\n", 10) + "a"}, "mail_footer"},
		"a tab":                  {sso.Brand{MailFooter: "a\tb"}, "mail_footer"},
		"a long text":            {sso.Brand{SignInText: strings.Repeat("ü", 301)}, "sign_in_text"},
		"a paragraph":            {sso.Brand{SignInText: "a\n\nb"}, "sign_in_text"},
		"a named color":          {sso.Brand{Color: "red"}, "color"},
		"a short color":          {sso.Brand{Accent: "#fff"}, "accent"},
		"a color and more":       {sso.Brand{Accent: "#ffffff;"}, "accent"},
		"capitals":               {sso.Brand{Accent: "#FFFFFF"}, "accent"},
		"a script":               {sso.Brand{Privacy: "javascript:alert(1)"}, "privacy"},
		"plain http":             {sso.Brand{Privacy: "http://n.example"}, "privacy"},
		"no scheme":              {sso.Brand{Terms: "n.example/terms"}, "terms"},
		"a user name":            {sso.Brand{Terms: "https://n.example@evil.example"}, "terms"},
		"a line in a link":       {sso.Brand{Terms: "https://n.example/\nx"}, "terms"},
		"a long link":            {sso.Brand{Terms: "https://n.example/" + strings.Repeat("a", 1000)}, "terms"},
		"data":                   {sso.Brand{Support: "data:text/html,x"}, "support"},
		"mailto":                 {sso.Brand{Support: "mailto:help@northwind.example"}, "support"},
		"two addresses":          {sso.Brand{Support: "a@b.example,c@d.example"}, "support"},
		"a subject":              {sso.Brand{Support: "a@b.example?subject=x"}, "support"},
		"the name of a language": {sso.Brand{Language: "Deutsch"}, "language"},
		"a language with quotes": {sso.Brand{Language: `de"`}, "language"},
		"first without language": {sso.Brand{LanguageFirst: true}, "language_first"},
		"dark without logo":      {sso.Brand{LogoDark: sso.ImageRef{Hash: "x"}}, "logo_dark"},
	} {
		var fields []string
		for _, p := range c.brand.Validate() {
			fields = append(fields, p.Field)
		}
		if c.wrong == "" && fields != nil || c.wrong != "" && !slices.Contains(fields, c.wrong) ||
			len(slices.Compact(fields)) > 1 {
			t.Errorf("%s: %v", name, fields)
		}
	}
}

func TestImagePaths(t *testing.T) {
	t.Parallel()
	for ref, want := range map[sso.ImageRef]string{
		{}: "",
		sso.Image{Hash: "ab", Media: sso.MediaSVG}.Ref(): "/brand/ab.svg",
		sso.Image{Hash: "ab", Media: sso.MediaPNG}.Ref(): "/brand/ab.png",
		{Hash: "ab", Media: "text/html"}:                 "",
	} {
		if got := ref.Path(); got != want {
			t.Errorf("%+v: %s", ref, got)
		}
	}
}
