package branding

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestSVGBombs: what would be drawn or written very many times is refused or left out, and
// quickly.
func TestSVGBombs(t *testing.T) {
	t.Parallel()
	var masks, clips strings.Builder
	for i := range 40 {
		fmt.Fprintf(&masks, `<mask id="m%d"><rect mask="url(#m%d)"/><rect style="mask:url(#m%[2]d)"/></mask>`, i, i+1)
		fmt.Fprintf(&clips, `<clipPath id="c%d" clip-path="url(#c%d)"><g class="c"><rect/></g></clipPath>`, i, i+1)
	}
	for name, c := range map[string]struct {
		parts   string
		out     string   // nothing of it may be in the result
		omitted []string // what the admin is told
		says    string   // of a refusal
	}{
		"masks in masks": {
			parts: masks.String() + `<g mask="url(#m0)">` + shape + `</g>`, out: `rect mask`,
			omitted: []string{"nested mask"},
		},
		"clips in clips": {
			parts: `<style>.c{clip-path:url(#c1)}</style>` + clips.String() + `<g clip-path="url(#c0)">` + shape + `</g>`,
			out:   `<g clip-path="url(#c1)"`, omitted: []string{"nested clip-path"},
		},
		"many masks": {
			parts: strings.Repeat(`<g mask="url(#a)">`+shape+`</g>`, 101), says: "100 clips and masks",
		},
		"dashes": {
			parts: `<path stroke-dasharray=".001" stroke-dashoffset="1" d="M0 0H1000000"/>`, out: "dash",
			omitted: []string{"stroke-dasharray"},
		},
		"dashes of a style": {
			parts: `<path style="stroke-dasharray:.001" d="M0 0H1000000"/>`, out: "dash",
			omitted: []string{"stroke-dasharray"},
		},
		"a class of many bytes": {
			parts: `<style>.a{opacity:` + strings.Repeat("0", 30_000) + `}</style>` +
				strings.Repeat(`<path class="a" d="M0"/>`, 1000),
			out: "opacity",
		},
		"a class of many properties": {
			parts: `<style>.a{fill:` + strings.Repeat("a", 200) + `;stroke:` + strings.Repeat("b", 200) + `}</style>` +
				strings.Repeat(`<path class="a" d="M0"/>`, 1000),
			says: "64 KiB once",
		},
		"many classes": {
			parts: `<style>.a{fill:red}</style><path d="M0 0" class="` + strings.Repeat("a ", 30_000) + `"/>`, out: "class",
		},
		"many selectors": {
			parts: `<style>` + strings.Repeat(".a,", 20_000) + `.b{fill:red}</style>` + shape, out: "style",
		},
	} {
		began := time.Now()
		got, omitted, err := Sanitize([]byte(drawn(c.parts)))
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s took %s", name, took)
		}
		if c.says != "" {
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil || strings.Contains(string(got.Body), c.out) || fmt.Sprint(omitted) != fmt.Sprint(c.omitted) {
			t.Errorf("%s: %.300s (%v, %v)", name, got.Body, omitted, err)
		}
	}
}

// TestSVGTricks are spellings by which parts of a drawing have been got past sanitizers.
func TestSVGTricks(t *testing.T) {
	t.Parallel()
	for name, parts := range map[string]string{
		"namespace of a prefix":   `<x:script xmlns:x="http://www.w3.org/2000/svg">alert(1)</x:script>`,
		"HTML namespace":          `<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>`,
		"HTML inside a path":      `<path d="M0 0"><img xmlns="http://www.w3.org/1999/xhtml" src="x" onerror="alert(1)"/></path>`,
		"another case":            `<SCRIPT>alert(1)</SCRIPT><sCrIpT/>`,
		"CDATA":                   `<![CDATA[<script>alert(1)</script>]]>`,
		"CDATA that ends early":   `<style><![CDATA[.a{}]]>]]&gt;&lt;script&gt;</style>`,
		"references":              `&#60;script&#62;alert(1)&#60;/script&#62;`,
		"an instruction":          `<?xml-stylesheet href="https://evil.example/x.css"?>`,
		"a handler of a prefix":   `<path xmlns:on="urn:x" on:load="alert(1)" onLoad="alert(1)" d="M0 0"/>`,
		"an attribute of XML":     `<g xml:base="https://evil.example/"><path fill="url(#a)" d="M0 0"/></g>`,
		"href of a prefix":        `<linearGradient xmlns:y="urn:y" y:href="javascript:alert(1)"/>`,
		"href with spaces":        `<linearGradient href="&#10;java&#10;script:alert(1)"/>`,
		"href of another file":    `<linearGradient href="/x.svg#a"/>`,
		"set":                     `<set attributeName="onload" to="alert(1)"/>`,
		"a listener":              `<handler>alert(1)</handler><listener/>`,
		"nested svg":              `<svg onload="alert(1)"><script>alert(1)</script></svg>`,
		"an image of a style":     `<path style="fill:url(https://evil.example/a)" d="M0 0"/>`,
		"a style with an escape":  `<path style="fill:\75rl(//evil.example)" d="M0 0"/>`,
		"a style with a comment":  `<path style="fill:u/**/rl(//evil.example)" d="M0 0"/>`,
		"a paint after a paint":   `<path fill="url(#a) url(//evil.example)" d="M0 0"/>`,
		"quotes in a reference":   `<path fill="url('#a' onload='alert(1)')" d="M0 0"/>`,
		"a quote in a value":      `<path d='M0 0" onload="alert(1)'/>`,
		"an import of a style":    `<style>@import url(//evil.example/x.css);</style>`,
		"a font of a style":       `<style>@font-face{font-family:a;src:url(//evil.example/x)}</style>`,
		"a filter":                `<filter id="f"><feImage href="//evil.example/x"/></filter><path filter="url(#f)" d="M0 0"/>`,
		"a cursor":                `<path cursor="url(//evil.example/x)" d="M0 0"/>`,
		"a pattern":               `<pattern id="p"><image href="//evil.example/x"/></pattern>`,
		"a marker":                `<path marker-start="url(//evil.example/x#a)" d="M0 0"/>`,
		"letters that fold":       "<path d=\"M0 0\" fill=\"\u212aeyword\"/>",
		"text that runs backward": "<path id=\"\u202ea\" d=\"M0 0\"/>",
		"CVE-2022-23638 text that HTML reads": `<!--&gt;<img src="x" onerror="alert(1)"/>-->` +
			`<?x ><img src onerror=alert(1)><?x?><p/><![CDATA[ ><img src onerror=alert(1)> ]]>` +
			`<font face=""/><![CDATA[ ><script>alert(1)</script> ]]>`,
		"CVE-2019-10772 an address of a prefix": `<a xmlns:x="http://www.w3.org/1999/xlink" ` +
			`x:href="java&#9;script:alert(1)"/><linearGradient xmlns:x="http://www.w3.org/1999/xlink" x:href="data:,alert"/>`,
		"CVE-2025-55166 an address in mixed case": `<linearGradient hReF="javascript:alert(1)" ` +
			`xlink:HrEf="javascript:alert(1)" xmlns:xlink="http://www.w3.org/1999/xlink"/>`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, _, err := Sanitize([]byte(drawn(parts + shape)))
			if err != nil {
				t.Fatal(err)
			}
			harmless(t, got.Body)
			for _, bad := range []string{
				"alert", "evil", "script", "onload", "style", "base", "img", "\u212a", "\u202e", "&lt;",
			} {
				if strings.Contains(strings.ToLower(string(got.Body)), bad) {
					t.Errorf("%s is left: %s", bad, got.Body)
				}
			}
		})
	}
}
