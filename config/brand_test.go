package config

import (
	"strings"
	"testing"
)

// TestBrand: brands are checked as those that are set in the console, and problems name
// the setting and its source.
func TestBrand(t *testing.T) {
	t.Parallel()
	c, problems := Load(Sources{Env: []string{
		"GATEHOUSE_BRAND_COLOR=0E5C4B", "GATEHOUSE_BRAND_ACCENT=#0E5C4B",
		"GATEHOUSE_BRAND_SUPPORT=hilfe@bücher.example", "GATEHOUSE_BRAND_TERMS=https://bücher.example/agb",
		"GATEHOUSE_BRAND_MAIL_FOOTER=One\r\nTwo\r\n",
	}})
	if problems != nil {
		t.Fatal(problems)
	}
	b := c.Brand.Fixed()
	if b.Color != "#0e5c4b" || b.Accent != "#0e5c4b" || b.Support != "hilfe@xn--bcher-kva.example" ||
		b.Terms != "https://xn--bcher-kva.example/agb" || b.MailFooter != "One\nTwo" {
		t.Errorf("%+v", b)
	}
	for set, setting := range map[string]string{
		"COLOR=red":                          "brand.color",
		"ACCENT=#fff":                        "brand.accent",
		"PRODUCT_NAME=a\u202eb":              "brand.product_name",
		"MAIL_FROM_NAME=sso@example.com":     "brand.mail_from_name",
		"PRIVACY=http://northwind.example":   "brand.privacy",
		"TERMS=https://bücher\u200b.example": "brand.terms",
		"SUPPORT=call us":                    "brand.support",
		"LANGUAGE=German":                    "brand.language",
		"LOGO_DARK=/etc/dark.svg":            "brand.logo_dark",
		"PER_COMPANY=perhaps":                "brand.per_company",
	} {
		name, _, _ := strings.Cut(set, "=")
		_, problems := Load(Sources{Env: []string{"GATEHOUSE_BRAND_" + set}})
		if len(problems) != 1 || problems[0].Setting != setting || problems[0].Source != "GATEHOUSE_BRAND_"+name {
			t.Errorf("%s: %v", set, problems)
		}
	}
}

// TestColorsInYAML: without quotes a color is a comment, which is no way to find out that
// it has no effect.
func TestColorsInYAML(t *testing.T) {
	t.Parallel()
	c, problems := Load(Sources{File: write(t, "x.yaml", "brand:\n  color: #0e5c4b\n  accent: \"#0E5C4B\"\n")})
	if len(problems) != 1 || problems[0].Setting != "brand.color" || !strings.Contains(problems[0].Message, "quotes") ||
		c.Brand.Accent != "#0e5c4b" {
		t.Errorf("%v, %+v", problems, c.Brand)
	}
	printed, err := c.YAML()
	if err != nil {
		t.Fatal(err)
	}
	if again, problems := Load(Sources{File: write(t, "y.yaml", string(printed))}); problems != nil ||
		again.Brand != c.Brand {
		t.Errorf("%v\n%s", problems, printed)
	}
}
