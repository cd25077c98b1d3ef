package activity

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// productOf returns the identity provider parameter of the guide's address.
func productOf(p sso.Provider, protocol sso.Protocol) string {
	return string(p) + " " + string(protocol)
}

// products are the identity providers whose consoles the guide knows.
func products() []ui.Option {
	all := []ui.Option{{Label: "any"}}
	for _, p := range sso.Providers {
		product := cmp.Or(p.Product(), "Another product")
		for _, protocol := range []sso.Protocol{sso.SAML, sso.OIDC} {
			all = append(all, ui.Option{
				Value: productOf(p, protocol),
				Label: protocol.Over(product),
			})
		}
	}
	return all
}

// guide shows the catalogue, all of it or the codes that contain a text, with the
// places in one identity provider's console if that is chosen.
func (a *Activity) guide(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	n := read(r, guide, "code", "provider")
	sought := strings.ToLower(strings.TrimSpace(n.query.Get("code")))
	product := n.query.Get("provider")
	options := products()
	if !slices.ContainsFunc(options, func(o ui.Option) bool {
		return o.Value == product
	}) {
		product = ""
	}
	p := &guidePage{Base: a.Console.Base(v, console.AreaTroubleshooting)}
	var found int
	p.Areas, found = searchCatalog(sought, product)
	h := n.happened(nil, "",
		&ui.Field{Name: "code", Label: "Code", Mono: true, Autocomplete: "off"},
		&ui.Field{
			Name:    "provider",
			Label:   "Identity provider",
			Kind:    "select",
			Options: options,
		},
	)
	p.Action, p.Filters = h.Action, h.Filters
	if sought != "" {
		p.All = guide
		p.Found = strconv.Itoa(found) + " codes contain “" + sought + "”."
		if found == 1 {
			p.Found = "1 code contains “" + sought + "”."
		}
	}
	return a.Console.Render(w, http.StatusOK, p)
}

// searchCatalog returns the codes that contain a text, by area, and their number.
func searchCatalog(sought, product string) (areas []guideArea, found int) {
	for _, e := range catalog.All() {
		if !strings.Contains(e.Code, sought) {
			continue
		}
		if len(areas) == 0 || areas[len(areas)-1].Name != e.Area {
			areas = append(areas, guideArea{
				ID:   "area-" + strconv.Itoa(len(areas)+1),
				Name: e.Area,
			})
		}
		area := &areas[len(areas)-1]
		area.Rows = append(area.Rows, guideRow{
			Code:    e.Code,
			Meaning: sso.Sentence(e.Meaning),
			Whose:   whose(e.Side),
			Do:      sso.Sentence(e.Do),
			Place:   place(product, e),
		})
		found++
	}
	return areas, found
}

// place returns where to fix a code in the identity provider's console; "" if the
// fix is elsewhere.
func place(product string, e catalog.Entry) string {
	provider, protocol, chosen := strings.Cut(product, " ")
	if !chosen || e.Side != catalog.Company {
		return ""
	}
	return catalog.For(sso.Provider(provider), sso.Protocol(protocol), e.Code, nil).Place
}
