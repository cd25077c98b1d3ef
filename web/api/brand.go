package api

import (
	"context"
	"encoding/base64"
	"net/http"

	"gatehouse/sso"
	"gatehouse/sso/branding"
)

// brander resolves and changes brands; branding.Service does.
type brander interface {
	State(ctx context.Context, ent sso.EnterpriseID) (branding.State, error)
	Save(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, edit branding.Edit) (branding.State, error)
	Publish(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, revision int64) (branding.State, error)
	Discard(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, revision int64) (branding.State, error)
	Allow(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, allowance sso.BrandAllowance,
	) (branding.State, error)
}

// brandPatch changes the draft of a brand.
//
//nolint:lll // a tag is one line
type brandPatch struct {
	ProductName   *string  `json:"product_name,omitempty" doc:"Name of the product that people sign in to; at most 60 characters. \"\" here and below to inherit." example:"Northwind"`
	Logo          *newLogo `json:"logo,omitempty" doc:"Logo."`
	LogoDark      *newLogo `json:"logo_dark,omitempty" doc:"Logo on dark grounds; removed with the logo."`
	Color         *string  `json:"color,omitempty" doc:"Color of large areas." example:"#102030"`
	Accent        *string  `json:"accent,omitempty" doc:"Color of links and buttons, with a contrast to pages of at least 4.5." example:"#0e5c4b"`
	Support       *string  `json:"support,omitempty" doc:"Mail address or https address of the support." example:"help@northwind.example"`
	Privacy       *string  `json:"privacy,omitempty" doc:"Https address of the privacy policy." example:"https://northwind.example/privacy"`
	Terms         *string  `json:"terms,omitempty" doc:"Https address of the terms of use." example:"https://northwind.example/terms"`
	MailFromName  *string  `json:"mail_from_name,omitempty" doc:"Name of the sender of mail; at most 60 characters." example:"Northwind"`
	MailFooter    *string  `json:"mail_footer,omitempty" doc:"Last lines of mail; at most 10 lines and 1000 characters." example:"Northwind Ltd"`
	SignInText    *string  `json:"sign_in_text,omitempty" doc:"Text on the sign-in page; at most 300 characters." example:"Use your company account."`
	Language      *string  `json:"language,omitempty" doc:"Language of pages for browsers that ask for none of ours." example:"pt-BR"`
	LanguageFirst *bool    `json:"language_first,omitempty" doc:"Whether the language comes before that of the browser." example:"false"`
	Publish       bool     `json:"publish,omitempty" doc:"Whether to publish the result at once." example:"true"`
}

//nolint:lll // a tag is one line
type newLogo struct {
	Data string `json:"data" doc:"The file in base64: an SVG of up to 64 KiB, or a PNG of up to 1024 × 1024 pixels and 128 KiB; \"\" to remove it." example:"PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCA5IDkiPjxwYXRoIGQ9Ik0wIDBIOVY5eiIvPjwvc3ZnPg=="`
}

// file returns the content of an uploaded file; nil if there is none.
func (l *newLogo) file(field string) ([]byte, error) {
	if l == nil {
		return nil, nil
	}
	content, err := base64.StdEncoding.Strict().DecodeString(l.Data)
	if err != nil {
		return nil, invalid("validation_failed", []sso.FieldError{{
			Field:   field + ".data",
			Message: "Use base64 with padding.",
		}})
	}
	return content, nil
}

func (p brandPatch) edit(ifMatch string) (branding.Edit, error) {
	logo, err := p.Logo.file(sso.BrandLogo)
	if err != nil {
		return branding.Edit{}, err
	}
	dark, err := p.LogoDark.file(sso.BrandLogoDark)
	return branding.Edit{
		Revision:      revisionOf(ifMatch),
		Product:       p.ProductName,
		Logo:          logo,
		LogoDark:      dark,
		Color:         p.Color,
		Accent:        p.Accent,
		Support:       p.Support,
		Privacy:       p.Privacy,
		Terms:         p.Terms,
		MailName:      p.MailFromName,
		MailFooter:    p.MailFooter,
		SignInText:    p.SignInText,
		Language:      p.Language,
		LanguageFirst: p.LanguageFirst,
		Publish:       p.Publish,
	}, err
}

//nolint:lll // a tag is one line
type brandPermission struct {
	Permission string `json:"permission" enum:"allowed,refused,default" doc:"Whether the company has a brand of its own; default is the setting brand.per_company." example:"allowed"`
}

// brandDecision has the revision that a decision about a brand was made from.
//
//nolint:lll // a tag is one line
type brandDecision struct {
	IfMatch string `header:"If-Match" maxLength:"64" doc:"ETag of the revision that the edit is based on; if the object has changed since, the response is 412." example:"\"7\""`
}

//nolint:lll // a tag is one line
type brandInput struct {
	IfMatch string `header:"If-Match" maxLength:"64" doc:"ETag of the revision that the edit is based on; if the object has changed since, the response is 412." example:"\"7\""`
	Body    brandPatch
}

const (
	aboutBrand = "A change is a draft until it is published: with publish, or later. Members that are omitted " +
		"stay unchanged. A logo is checked and written anew: scripts, text, references and animations are left out of " +
		"an SVG, and left_out names them. Errors are logo_unusable and contrast_too_low. "
	aboutInstallationBrand = aboutBrand + "What the configuration sets (locked) is 409 brand_locked. " +
		"If-Match with another revision is 412 changed_meanwhile."
	aboutCompanyBrand = aboutBrand + "Without permission the response is 403 brand_not_allowed. " +
		"If-Match with another revision is 412 changed_meanwhile."
)

func (a *API) brandOperations() {
	for _, level := range []struct{ id, path, whose, about string }{
		{"brand", "brand", "the installation", aboutInstallationBrand},
		{"enterprise-brand", enterprisePath + "/brand", "an enterprise", aboutCompanyBrand},
	} {
		add(a, operation{
			id:      "get-" + level.id,
			method:  http.MethodGet,
			path:    level.path,
			scope:   "settings:read",
			summary: "Get the brand of " + level.whose,
			about:   "What visitors see in place of the name and colors of Gatehouse.",
		}, a.getBrand)
		add(a, operation{
			id:      "update-" + level.id,
			method:  http.MethodPatch,
			path:    level.path,
			scope:   "settings:write",
			summary: "Update the brand of " + level.whose,
			about:   level.about,
		}, a.updateBrand)
		add(a, operation{
			id:      "publish-" + level.id,
			method:  http.MethodPost,
			path:    level.path + "/publish",
			scope:   "settings:write",
			summary: "Publish the draft of the brand of " + level.whose,
			about:   "Without a draft nothing changes.",
		}, a.publishBrand)
		add(a, operation{
			id:      "discard-" + level.id,
			method:  http.MethodPost,
			path:    level.path + "/discard",
			scope:   "settings:write",
			summary: "Discard the draft of the brand of " + level.whose,
		}, a.discardBrand)
	}
	add(a, operation{
		id:      "permit-enterprise-brand",
		method:  http.MethodPut,
		path:    enterprisePath + "/brand/permission",
		scope:   "enterprises:write",
		summary: "Decide whether an enterprise has a brand of its own",
		about:   "While it is refused, the brand that was set is kept and not shown.",
	}, a.permitBrand)
}

func (a *API) getBrand(ctx context.Context, c caller, _ *struct{}) (*revised[brandState], error) {
	return a.brandAnswer(a.Brands.State(ctx, c.enterprise.ID))
}

func (a *API) updateBrand(ctx context.Context, c caller, in *brandInput) (*revised[brandState], error) {
	edit, err := in.Body.edit(in.IfMatch)
	if err != nil {
		return nil, err
	}
	return a.brandAnswer(a.Brands.Save(ctx, c.by, c.enterprise.ID, edit))
}

func (a *API) publishBrand(ctx context.Context, c caller, in *brandDecision) (*revised[brandState], error) {
	return a.brandAnswer(a.Brands.Publish(ctx, c.by, c.enterprise.ID, revisionOf(in.IfMatch)))
}

func (a *API) discardBrand(ctx context.Context, c caller, in *brandDecision) (*revised[brandState], error) {
	return a.brandAnswer(a.Brands.Discard(ctx, c.by, c.enterprise.ID, revisionOf(in.IfMatch)))
}

func (a *API) permitBrand(ctx context.Context, c caller, in *struct{ Body brandPermission }) (*revised[brandState], error) {
	allowance := sso.BrandAllowance(in.Body.Permission)
	if in.Body.Permission == permissionDefault {
		allowance = sso.BrandByDefault
	}
	return a.brandAnswer(a.Brands.Allow(ctx, c.by, c.enterprise.ID, allowance))
}

func (a *API) brandAnswer(s branding.State, err error) (*revised[brandState], error) {
	return revisedAnswer(a.viewBrandState(s), s.Revision, err)
}
