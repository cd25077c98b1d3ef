package api

import (
	"cmp"
	"math"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/branding"
)

// permissionDefault is the permission of an enterprise about whose brand nothing was
// decided.
const permissionDefault = "default"

// brandState is a brand with its draft.
//
//nolint:lll // a tag is one line
type brandState struct {
	Published  brand           `json:"published" doc:"What was set and published here; \"\" is inherited."`
	HasDraft   bool            `json:"has_draft" doc:"Whether there are changes that were not published." example:"true"`
	Draft      brand           `json:"draft" doc:"What would be published; without changes, what is."`
	Worn       brand           `json:"worn" doc:"What visitors see: what was set for the company, by the configuration, and for the installation, in this order. \"\" is Gatehouse's own."`
	Preview    brand           `json:"preview" doc:"What visitors would see after publishing."`
	Contrast   []contrastCheck `json:"contrast" doc:"Checks of the colors of the preview."`
	Locked     []string        `json:"locked" doc:"Members that the configuration sets, so that they cannot be changed here." example:"[\"product_name\"]"`
	LeftOut    []string        `json:"left_out" doc:"Parts that were left out of the logos of this request." example:"[\"script\",\"text\"]"`
	Allowed    bool            `json:"allowed" doc:"Whether the brand can be changed and is shown." example:"true"`
	Permission string          `json:"permission" enum:"allowed,refused,default" doc:"What was decided about the company; default is the setting brand.per_company, and always so for the installation." example:"default"`
	Revision   int64           `json:"revision" doc:"Increased by every change; also the ETag." example:"7"`
	ChangedAt  *time.Time      `json:"changed_at" doc:"Time of the last change; null if there was none." example:"2026-11-24T12:00:00Z"`
}

// brand is what visitors see in place of Gatehouse's own name and colors.
//
//nolint:lll // a tag is one line
type brand struct {
	ProductName   string `json:"product_name" doc:"Name of the product that people sign in to." example:"Northwind"`
	Logo          logo   `json:"logo" doc:"Logo."`
	LogoDark      logo   `json:"logo_dark" doc:"Logo on dark grounds."`
	Color         string `json:"color" doc:"Color of large areas." example:"#102030"`
	Accent        string `json:"accent" doc:"Color of links and buttons." example:"#0e5c4b"`
	Support       string `json:"support" doc:"Mail address or https address of the support." example:"help@northwind.example"`
	Privacy       string `json:"privacy" doc:"Address of the privacy policy." example:"https://northwind.example/privacy"`
	Terms         string `json:"terms" doc:"Address of the terms of use." example:"https://northwind.example/terms"`
	MailFromName  string `json:"mail_from_name" doc:"Name of the sender of mail." example:"Northwind"`
	MailFooter    string `json:"mail_footer" doc:"Last lines of mail." example:"Northwind Ltd"`
	SignInText    string `json:"sign_in_text" doc:"Text on the sign-in page." example:"Use your company account."`
	Language      string `json:"language" doc:"Language of pages for browsers that ask for none of ours." example:"pt-BR"`
	LanguageFirst bool   `json:"language_first" doc:"Whether the language comes before that of the browser." example:"false"`
}

//nolint:lll // a tag is one line
type logo struct {
	URL    *string `json:"url" doc:"Address of the picture; null if there is none." example:"https://sso.example.com/brand/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08.svg"`
	Width  int     `json:"width" doc:"Width in pixels." example:"128"`
	Height int     `json:"height" doc:"Height in pixels." example:"32"`
}

type contrastCheck struct {
	What    string  `json:"what" doc:"Texts whose contrast was checked." example:"links on the page"`
	Ratio   float64 `json:"ratio" doc:"Contrast, from 1 to 21." example:"7.4"`
	Least   float64 `json:"least" doc:"Smallest contrast that is accepted." example:"4.5"`
	Passed  bool    `json:"passed" doc:"Whether the contrast suffices." example:"true"`
	Suggest *string `json:"suggest" doc:"Nearest color that passes; null if this one does." example:"#0e5c4b"`
}

func (a *API) viewBrandState(s branding.State) brandState {
	v := brandState{
		Published:  a.viewBrand(s.Live),
		HasDraft:   s.Drafted,
		Draft:      a.viewBrand(s.Edited()),
		Worn:       a.viewBrand(s.Worn),
		Preview:    a.viewBrand(s.Preview),
		Contrast:   viewAll(s.Checks, viewContrast),
		Locked:     always(s.Locked),
		LeftOut:    always(s.Omitted),
		Allowed:    s.Allowed,
		Permission: cmp.Or(string(s.Allowance), permissionDefault),
		Revision:   s.Revision,
		ChangedAt:  moment(s.ChangedAt),
	}
	return v
}

func (a *API) viewBrand(b sso.Brand) brand {
	return brand{
		ProductName:   b.Product,
		Logo:          a.viewLogo(b.Logo),
		LogoDark:      a.viewLogo(b.LogoDark),
		Color:         b.Color,
		Accent:        b.Accent,
		Support:       b.Support,
		Privacy:       b.Privacy,
		Terms:         b.Terms,
		MailFromName:  b.MailName,
		MailFooter:    b.MailFooter,
		SignInText:    b.SignInText,
		Language:      b.Language,
		LanguageFirst: b.LanguageFirst,
	}
}

func (a *API) viewLogo(r sso.ImageRef) logo {
	v := logo{
		Width:  r.Width,
		Height: r.Height,
	}
	if path := r.Path(); path != "" {
		url := a.BaseURL + path
		v.URL = &url
	}
	return v
}

func viewContrast(c branding.Check) contrastCheck {
	return contrastCheck{
		What:    c.What,
		Ratio:   math.Round(c.Ratio*100) / 100,
		Least:   branding.Least,
		Passed:  c.Passed,
		Suggest: some(c.Suggest),
	}
}
